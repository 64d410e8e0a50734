/**
 * Positions after a crash. A sequence is written to the disk with the next commit that waits for
 * it, so what was drawn and then rolled back may be drawn once more by the server's next life. A
 * reader that has passed it would never see what then stands there.
 */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startPostgres, type PostgresServer } from '../../../scripts/services/postgres.ts';
import { record } from '../../conformance/log/samples.ts';
import type { Log, LogReader } from '../../log/log.ts';
import { StoreUnreachableError } from './errors.ts';
import { HeldWriter } from './fixtures/held-writer.ts';
import { postgres } from './postgres-store.ts';

let server: PostgresServer;
beforeEach(async () => {
  server = await startPostgres({
    settings: { bgwriter_lru_maxpages: 0, checkpoint_timeout: '1h' },
  });
});
afterEach(() => server.close());

test('after kill -9 of the server no position that a reader has passed is given out again', async (t) => {
  const { log, reader, url } = await scene(t);
  await stopWritingBehind();
  const passed = await passRolledBack(url, reader);

  await server.kill();
  await server.start();

  await assertNothingIsMissed({ log, reader, passed });
});

test('nor after kill -9 of a single connection, for which the server begins all anew', async (t) => {
  const { log, reader, url } = await scene(t);
  const started = await server.query('select pg_postmaster_start_time()');
  const victim = await HeldWriter.begin(url);
  const goOn = await stopWritingBehind();
  const passed = await passRolledBack(url, reader);

  process.kill(victim.pid, 'SIGKILL');
  while (!server.log().includes('terminating any other active server processes')) await delay(1);
  goOn();

  await assertNothingIsMissed({ log, reader, passed });
  assert.deepEqual(await server.query('select pg_postmaster_start_time()'), started);
  assert.match(server.log(), /all server processes terminated; reinitializing/);
});

test('nor when the server crashes again before anything of its new life has reached the disk', async (t) => {
  const { reader, url } = await scene(t);
  await server.kill();
  await server.start();
  await stopWritingBehind();
  const undone = await HeldWriter.begin(url);
  await undone.append(60);
  await undone.rollback();
  await whenItIsBack(() => reader.head());

  await server.kill();
  await server.start();

  const first = await HeldWriter.begin(url);
  await first.append(1);
  await first.commit();
  const late = await HeldWriter.begin(url);
  await late.append(1);
  const quick = await HeldWriter.begin(url);
  await quick.append(1);
  await quick.commit();
  const meanwhile = await reader.read({ after: 0, limit: 10 });
  await late.commit();
  const all = await reader.read({ after: 0, limit: 10 });
  assert.deepEqual([meanwhile.length, all.length], [1, 3]);
});

/** From now on only those write the journal to the disk who wait for it. */
async function stopWritingBehind(): Promise<() => void> {
  const [writer] = await server.query<{ pid: number }>(
    `select pid from pg_stat_activity where backend_type = 'walwriter'`,
  );
  const { pid } = writer as { pid: number };
  process.kill(pid, 'SIGSTOP');
  return () => process.kill(pid, 'SIGCONT');
}

/** Draws positions that are rolled back, and lets the reader pass them: what is behind them. */
async function passRolledBack(url: string, reader: LogReader): Promise<number> {
  const before = (await reader.read({ after: 0, limit: 1_000 })).at(-1)?.position ?? 0;
  const undone = await HeldWriter.begin(url);
  await undone.append(60);
  const behind = await HeldWriter.begin(url);
  const [position] = await behind.append(1);
  // As a transaction of the user's may ask for.
  await behind.query('set local synchronous_commit = off');
  await behind.commit();
  await undone.rollback();
  const [passed] = await reader.read({ after: before, limit: 10 });
  assert.equal(passed?.position, position);
  return passed?.position ?? 0;
}

/** What is appended now comes to whoever has read up to `passed`, each record and in order. */
async function assertNothingIsMissed(scene: { log: Log; reader: LogReader; passed: number }) {
  const { log, reader, passed } = scene;
  const first = await whenItIsBack(async () => {
    const [outcome] = await log.commit([{ records: [record(), record()] }]);
    return outcome?.kind === 'committed' ? outcome.positions : [];
  });
  const read = await reader.read({ after: passed, limit: 10 });

  assert.ok(
    first.every((position) => position > passed),
    `${first.join(' ')} after ${passed}`,
  );
  assert.deepEqual(
    read.map(({ position }) => position),
    first,
  );
}

async function whenItIsBack<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StoreUnreachableError)) throw error;
    }
  }
}

async function scene(t: TestContext) {
  const url = await server.createDatabase();
  const log = await postgres(url).open('ordering');
  const reader = await postgres(url).reader('ordering');
  t.after(async () => {
    await reader.close();
    await log.close();
  });
  return { url, log, reader };
}
