/** What a reader of a log sees while writers are late, stuck, killed or gone back to a savepoint. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { after, before, type TestContext, test } from 'node:test';
import pg from 'pg';
import { startPostgres, type PostgresServer } from '../../../scripts/services/postgres.ts';
import { queryOnce } from '../../../scripts/services/postgres/query-once.ts';
import { committed, fact, record } from '../../conformance/log/samples.ts';
import { systemClock } from '../../host/clock.ts';
import { type Ask, asking } from './database.ts';
import { HeldWriter } from './fixtures/held-writer.ts';
import { until } from './fixtures/until.ts';
import { Horizon } from './horizon.ts';
import type { PostgresPool } from './postgres-client.ts';
import { postgres } from './postgres-store.ts';
import { head, read } from './reading.ts';
import { placeOf } from './schema.ts';

let server: PostgresServer;
before(async () => {
  server = await startPostgres({ settings: { max_prepared_transactions: 5 } });
});
after(() => server.close());

test('a record behind a writer that is stuck waits, and nothing is passed over', async (t) => {
  const { url, positions } = await scene(t);
  const stuck = await HeldWriter.begin(url);
  await stuck.append(2);
  const quick = await HeldWriter.begin(url);
  await quick.append(2);
  await quick.commit();

  const meanwhile = await positions();
  await stuck.commit();

  assert.deepEqual(meanwhile, []);
  assert.deepEqual(await positions(), [1, 2, 3, 4]);
});

test('what a writer that rolled back had drawn is a hole that readers pass', async (t) => {
  const { url, positions } = await scene(t);
  const one = await HeldWriter.begin(url);
  await one.append(3);
  const other = await HeldWriter.begin(url);
  await other.append(1);
  await other.commit();

  await one.rollback();

  assert.deepEqual(await positions(), [4]);
});

test('what a writer had drawn whose connection is ended by the server is a hole, too', async (t) => {
  const { url, positions } = await scene(t);
  const ended = await HeldWriter.begin(url);
  await ended.append(3);
  await appendOne(url);

  await server.query('select pg_terminate_backend($1)', [ended.pid]);
  await ended.broken;

  await until(async () => assert.deepEqual(await positions(), [4]));
});

test('a process that is killed by SIGKILL before it commits leaves a hole', async (t) => {
  const { url, positions } = await scene(t);
  const killed = await startWriterProcess(url);
  await appendOne(url);
  const meanwhile = await positions();

  killed.kill('SIGKILL');

  await until(async () => assert.deepEqual(await positions(), [4]));
  assert.deepEqual(meanwhile, []);
});

test('a savepoint that is rolled back gives its positions up, and the rest of its transaction is held for', async (t) => {
  const { url, positions } = await scene(t);
  const writer = await HeldWriter.begin(url);
  await writer.append(1);
  await writer.query('savepoint one');
  await writer.append(1);
  await writer.query('rollback to savepoint one');
  await writer.append(1);
  await appendOne(url);

  const meanwhile = await positions();
  await writer.commit();

  assert.deepEqual([meanwhile, await positions()], [[], [1, 3, 4]]);
});

test('a writer whose lock went with a savepoint takes another one before it draws again', async (t) => {
  const { url, positions } = await scene(t);
  const writer = await HeldWriter.begin(url);
  await writer.query('savepoint one');
  await writer.append(1);
  await writer.query('rollback to savepoint one');
  await appendOne(url);
  const before = await positions();
  await writer.append(1);
  await appendOne(url);

  const meanwhile = await positions();
  await writer.commit();

  assert.deepEqual([before, meanwhile, await positions()], [[2], [2], [2, 3, 4]]);
});

test('the same holds for what enters by a function of its own, as staged records do', async (t) => {
  const { url, positions } = await scene(t);
  const writer = await HeldWriter.begin(url);
  await writer.query('savepoint one');
  await writer.query('select ordering.enter_v1()');
  await writer.query('rollback to savepoint one');
  await writer.query('savepoint two');
  await writer.query('select ordering.enter_v1()');
  await writer.query('release savepoint two');
  await writer.query(`select nextval('ordering.log_position')`);
  await appendOne(url);

  const meanwhile = await positions();
  await writer.rollback();

  assert.deepEqual([meanwhile, await positions()], [[], [2]]);
});

for (const level of ['repeatable read', 'serializable']) {
  test(`where transactions are ${level} by default, nothing is missed, doubled or refused`, async (t) => {
    const { url, log, positions } = await scene(t, level);
    await log.commit([{ records: [fact('order-1', 1)] }]);
    const late = await HeldWriter.begin(url);
    await late.append([fact('order-1', 2)]);
    await appendOne(url);

    const meanwhile = await positions();
    const waiting = log.commit([{ records: [fact('order-1', 3)] }]);
    await until(async () => assert.ok(await isWaited(late.ask)));
    await late.commit();
    const [outcome] = await waiting;

    assert.deepEqual([meanwhile, outcome], [[1], { kind: 'committed', positions: [4] }]);
    assert.deepEqual(await positions(), [1, 2, 3, 4]);
  });
}

test('a prepared transaction is waited for, through a restart of the server', async (t) => {
  const { url, positions } = await scene(t);
  const writer = await HeldWriter.begin(url);
  await writer.append(1);
  await writer.query(`prepare transaction 'in two steps'`);
  await writer.close();
  await appendOne(url);
  const before = await positions();

  await server.restart();
  await until(async () => assert.deepEqual(await positions(), []));
  await queryOnce(url, `commit prepared 'in two steps'`);

  assert.deepEqual([before, await positions()], [[], [1, 2]]);
});

test('foreign transactions hold nobody up, in this database or another one', async (t) => {
  const { url, log, reader } = await scene(t);
  const elsewhere = await server.createDatabase();
  const foreign: HeldWriter[] = [];
  for (const database of [url, elsewhere]) {
    for (const begin of ['begin', 'begin isolation level serializable']) {
      const one = await HeldWriter.begin(database, 'ordering', begin);
      await one.query(`create table mine_${foreign.length} (n int)`);
      foreign.push(one);
    }
  }
  const longRunning = foreign.map((one) => one.query('select pg_sleep(60)').catch(() => undefined));

  const tooks: number[] = [];
  for (let count = 1; count <= 200; count += 1) {
    // A hole before each, so that each has to be looked for.
    await queryOnce(url, `select nextval('ordering.log_position')`);
    const began = performance.now();
    const [after] = await committed(log, { records: [record()] });
    const query = { after: (after as number) - 1, limit: 1 };
    while ((await reader.read(query)).length === 0) assert.ok(performance.now() - began < 1_000);
    tooks.push(performance.now() - began);
  }

  const [median] = tooks.toSorted((a, b) => a - b).slice(100);
  t.diagnostic(
    `read after commit with 4 foreign transactions open: median ${median?.toFixed(1)} ms`,
  );
  for (const one of foreign) await server.query('select pg_terminate_backend($1)', [one.pid]);
  await Promise.all(longRunning);
});

test('a page that was read before a late record came is not taken for whole after it', async (t) => {
  const { url, pool } = await scene(t);
  const late = await HeldWriter.begin(url);
  await late.append(1);
  const quick = await HeldWriter.begin(url);
  await quick.append(1);
  await quick.commit();
  const { ask, isAnswered, letGo } = holdingFirst(asking(pool, { isNamed: false }));
  const asked = { ask, schema: 'ordering' };
  const place = placeOf('ordering');
  const horizon = new Horizon({ ask, place, clock: systemClock(), onMove: () => undefined });

  const page = read(asked, horizon, { after: 0, limit: 10 });
  await isAnswered;
  await late.commit();
  await head(asked, horizon);
  letGo();

  assert.deepEqual(
    (await page).map(({ position }) => position),
    [1, 2],
  );
  horizon.close();
});

test('a look whose answer is older than what was read meanwhile is no sign of a restored log', async (t) => {
  const { log, pool } = await scene(t);
  await committed(log, { records: [record()] });
  const { ask, isAnswered, letGo } = holdingFirst(asking(pool, { isNamed: false }));
  const [asked, place] = [{ ask, schema: 'ordering' }, placeOf('ordering')];
  const horizon = new Horizon({ ask, place, clock: systemClock(), onMove: () => undefined });
  t.after(() => horizon.close());

  const look = horizon.look();
  await isAnswered;
  await committed(log, { records: [record(), record()] });
  const page = await read(asked, horizon, { after: 0, limit: 10 });
  letGo();

  assert.equal(page.length, 3);
  assert.equal(await look, 3);
});

test('a look that writers overtake sees how far they are', async (t) => {
  const { url, pool } = await scene(t);
  const ask = asking(pool, { isNamed: false });
  await ask('select');
  const early = await HeldWriter.begin(url);
  const late = await HeldWriter.begin(url);
  const inTheWay = await HeldWriter.begin(url);
  // The look then stops between how far the sequence is and who holds what.
  await inTheWay.query('lock table pg_database in access exclusive mode');
  const look = ask<[number, number]>('select horizon, drawn from ordering.horizon_v1()');
  while (!(await isWaited(inTheWay.ask))) await inTheWay.query('select pg_sleep(0)');
  await early.append(3);
  await early.commit();
  await late.append(3);

  await inTheWay.rollback();

  assert.deepEqual(await look, [[0, 0]]);
  await late.rollback();
});

async function isWaited(ask: Ask): Promise<boolean> {
  const rows = await ask('select from pg_locks where not granted');
  return rows.length > 0;
}

/** The first question is answered, and its answer held until it is let go. */
function holdingFirst(real: Ask) {
  let count = 0;
  const answered = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const ask: Ask = async (sql, values) => {
    const number = (count += 1);
    const rows = await real<never>(sql, values);
    if (number === 1) {
      answered.resolve();
      await released.promise;
    }
    return rows;
  };
  return { ask, isAnswered: answered.promise, letGo: () => released.resolve() };
}

async function appendOne(url: string): Promise<void> {
  const writer = await HeldWriter.begin(url);
  await writer.append(1);
  await writer.commit();
}

async function startWriterProcess(url: string): Promise<ChildProcess> {
  const file = join(import.meta.dirname, 'fixtures', 'writer-process.ts');
  const child = spawn(process.execPath, ['-C', 'thereupon-source', file, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout as Readable, 'data');
  return child;
}

async function scene(t: TestContext, isolation = 'read committed') {
  const url = await server.createDatabase();
  const { pathname } = new URL(url);
  await server.query(
    `alter database "${pathname.slice(1)}" set default_transaction_isolation = '${isolation}'`,
  );
  const store = postgres(url);
  const log = await store.open('ordering');
  const reader = await store.reader('ordering');
  const pool = new pg.Pool({ connectionString: url });
  // Ended, it may still hear that the server stops.
  pool.on('error', () => undefined);
  t.after(async () => {
    await reader.close();
    await log.close();
    await pool.end();
  });
  return {
    url,
    log,
    reader,
    pool: pool as unknown as PostgresPool,
    /** Of all that can be read now. */
    positions: async () =>
      (await reader.read({ after: 0, limit: 100 })).map(({ position }) => position),
  };
}
