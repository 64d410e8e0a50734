/** What the suite of the port asks of a crash, where only the end of a process is one. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { committed, fact } from '../../conformance/log/samples.ts';
import { query } from './fixtures/ordering.ts';
import { until } from './fixtures/until.ts';
import { postgres } from './postgres-store.ts';

const server = await sharedPostgres();

test('what was acknowledged before kill -9 is there after it, and others go on from it', async () => {
  const url = await server.createDatabase();
  const child = startKilledProcess(url);
  let acknowledged = 0;
  for await (const line of linesOf(child)) {
    acknowledged = Number(line);
    if (acknowledged === 20) break;
  }

  await kill(child);

  const log = await postgres(url).open('ordering');
  const version = await log.streamVersion('o-1');
  const [mark] = await log.marks();
  assert.ok(version >= acknowledged, `${version} of ${acknowledged}`);
  // All of a commit or nothing: the mark came with each record.
  assert.equal(mark?.position, version);
  assert.equal((await log.readStream('o-1', { limit: 100 })).length, version);
  await committed(log, { records: [fact('o-1', version + 1)] });
  await log.close();
});

test('a transaction that kill -9 interrupts leaves nothing, and holds nobody up', async () => {
  const url = await server.createDatabase();
  await query(url, 'create table public.own (value text not null)');
  const child = startKilledProcess(url);
  for await (const line of linesOf(child)) if (line === 'inside') break;

  await kill(child);

  const log = await postgres(url).open('ordering');
  await committed(log, { records: [fact('o-1', 51)] });
  // The server ends it when it finds the connection closed.
  await until(async () => {
    const open = await query(
      url,
      `select from pg_stat_activity where datname = current_database()
        and state = 'idle in transaction'`,
    );
    assert.equal(open.length, 0);
  });
  assert.deepEqual(await query(url, 'select * from public.own'), []);
  await until(async () => assert.equal((await log.read({ after: 50, limit: 10 })).length, 1));
  await log.close();
});

function startKilledProcess(url: string): ChildProcess {
  const file = join(import.meta.dirname, 'fixtures', 'killed-process.ts');
  return spawn(process.execPath, ['-C', 'thereupon-source', file, url], {
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

function linesOf(child: ChildProcess): AsyncIterable<string> {
  return createInterface({ input: child.stdout as Readable });
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
