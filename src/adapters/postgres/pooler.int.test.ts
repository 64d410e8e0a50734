/** A whole application behind a pooler, where each transaction may get another connection. */
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { type Pgbouncer, startPgbouncer } from '../../../scripts/services/pgbouncer.ts';
import { type PostgresServer, startPostgres } from '../../../scripts/services/postgres.ts';
import { queryOnce } from '../../../scripts/services/postgres/query-once.ts';
import { start } from '../../runtime/fixtures/start.ts';
import { countingContext } from './fixtures/counting.ts';
import { torture } from './fixtures/torture.ts';
import { until } from './fixtures/until.ts';
import type { PostgresOptions } from './postgres-options.ts';
import { postgres } from './postgres-store.ts';

let server: PostgresServer;
let pooler: Pgbouncer;
let bySession: Pgbouncer;
before(async () => {
  server = await startPostgres({ storage: 'memory' });
  pooler = await startPgbouncer(server);
  bySession = await startPgbouncer(server, 'session');
});
after(async () => {
  await bySession?.close();
  await pooler?.close();
  await server?.close();
});

test('two processes behind a pooler share a context, and need not be told that it is there', async (t) => {
  const { url, work, handled } = await twoProcesses(t, pooler);

  const slowest = await work(50);

  t.diagnostic(`handled by another process after ${slowest} ms at most`);
  assert.equal(handled.length, 50);
  assert.ok(slowest < 3_000);
  // Some are held for a transaction, at one moment or another.
  await until(async () => assert.deepEqual(await sessionLocks(url), []));
});

test('a connection that goes past the pooler is told at once, and shows that its process lives', async (t) => {
  const { url, work, handled } = await twoProcesses(t, pooler, (direct) => ({ directUrl: direct }));

  await work(20);

  assert.equal(handled.length, 20);
  await until(async () => assert.equal((await sessionLocks(url)).length, 2));
});

test('behind a pooler that gives each client a session of its own all is as without it', async (t) => {
  const { url, work, handled } = await twoProcesses(t, bySession);

  await work(20);

  assert.equal(handled.length, 20);
  await until(async () => assert.equal((await sessionLocks(url)).length, 2));
});

test('behind a pooler no reader skips a record, sees one twice or out of order', async () => {
  const url = pooler.pooled(await server.createDatabase());

  const report = await torture({ url, writers: 40, records: 5_000, delayMsMax: 10 });

  assert.ok(report.records >= 5_000 && report.holes > 100);
  assert.equal(report.streamsOutOfOrder, 0);
  for (const { reader, skipped, twice, outOfOrder } of report.readers)
    assert.deepEqual({ reader, skipped, twice, outOfOrder }, { reader, ...NONE });
});

const NONE = { skipped: 0, twice: 0, outOfOrder: 0 };

/** An idle process, and one through which commands are handled: both do what follows from them. */
async function twoProcesses(
  t: TestContext,
  between: Pgbouncer,
  options: (direct: string) => PostgresOptions = () => ({}),
) {
  const url = await server.createDatabase();
  const handled: string[] = [];
  const one = countingContext((id) => void handled.push(id));
  const other = countingContext((id) => void handled.push(id));
  const store = () => postgres(between.pooled(url), options(url));
  const app = await start(t, [one.context], { store: store() });
  await start(t, [other.context], { store: store() });
  /** Handles commands; how long it took, at most, until what follows from one was begun. */
  const work = async (count: number): Promise<number> => {
    let slowest = 0;
    for (let index = 0; index < count; index += 1) {
      const id = `c-${index}`;
      const began = performance.now();
      await app.handle(one.counter, id, { type: 'Count', data: { id, by: 1 } });
      await until(() => assert.ok(handled.includes(id)));
      slowest = Math.max(slowest, performance.now() - began);
    }
    return Math.round(slowest);
  };
  return { url, work, handled };
}

async function sessionLocks(url: string): Promise<object[]> {
  return queryOnce(
    url,
    `select objid from pg_locks where locktype = 'advisory' and mode = 'ExclusiveLock'
      and database = (select oid from pg_database where datname = current_database())`,
  );
}
