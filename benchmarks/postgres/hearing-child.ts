/**
 * A process that tells when it hears a bell.
 *
 *     node hearing-child.ts bare|chimes|ears URL
 */
import { Client } from 'pg';
import { run } from 'thereupon';
import { postgres } from 'thereupon/postgres';
import { bellsAndEars } from './bells.ts';
import { machineMs, tell, tellRunning } from '../other-process.ts';

const [kind = '', url = ''] = process.argv.slice(2);
const hear = (ring: number): void => tell({ ring, atMs: machineMs() });

if (kind === 'bare') await listenBarely();
else await runContext();
tellRunning();

async function listenBarely(): Promise<void> {
  const client = new Client(url);
  await client.connect();
  client.on('notification', ({ payload }) => hear(Number(payload)));
  await client.query('listen bell');
}

async function runContext(): Promise<void> {
  const { bells, ears, chimes } = bellsAndEars(hear);
  const store = postgres(url);
  if (kind === 'chimes') await run([chimes], { store });
  else await run([bells, ears], { store, only: ['ears'] });
}
