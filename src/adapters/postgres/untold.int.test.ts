/** Who is killed after it has committed, and before it has told anybody of it. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { run } from '../../runtime/run.ts';
import { until } from '../../runtime/fixtures/start.ts';
import { silent } from '../../telemetry/logger.ts';
import { slotOf } from '../../subscription/slot.ts';
import { neverPolling } from './fixtures/polling.ts';
import { remindingContext } from './fixtures/reminding.ts';
import { postgres } from './postgres-store.ts';

const server = await sharedPostgres();
const LEASE_MS = 2_000;
const children: ChildProcess[] = [];
after(() => children.forEach((child) => child.kill('SIGKILL')));

test('a timer that a process set and was killed before it told of it fires in another one', async () => {
  const url = await server.createDatabase();
  const { context, note } = remindingContext();
  // It does not look by itself: that somebody has gone is what it hears.
  const store = postgres(url, { leaseMs: LEASE_MS, host: { clock: neverPolling() } });
  const app = await run([context], { store, logger: silent });
  const log = await store.reader('reminding');
  try {
    const child = await untoldProcess(url);
    const holds = async (): Promise<unknown[]> =>
      ((await store.diagnose?.('reminding'))?.runners ?? []).map(
        (each) => each.holds?.['reminder'],
      );
    await until(async () => (await holds()).toString() === '0,127,128,255');
    // The first one has all timers, and the second one this key.
    assert.deepEqual([slotOf('timers') < 128, slotOf('n-1') < 128], [true, false]);

    await app.handle(note, 'n-1', { type: 'Note', data: { id: 'n-1' } });
    await once(child, 'exit');

    const fired = () => log.read({ after: 0, limit: 10, directions: ['timer'] });
    await until(async () => (await fired()).length === 1);
  } finally {
    await log.close();
    await app.stop();
  }
});

async function untoldProcess(url: string): Promise<ChildProcess> {
  const file = join(import.meta.dirname, 'fixtures/untold-process.ts');
  const child = spawn(process.execPath, ['-C', 'thereupon-source', file, url, String(LEASE_MS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}
