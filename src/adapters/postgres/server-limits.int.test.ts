/** What a server refuses for a while: a typed error, nothing changed, and then it goes on. */
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import type pg from 'pg';
import { startPostgres, type PostgresServer } from '../../../scripts/services/postgres.ts';
import { queryOnce } from '../../../scripts/services/postgres/query-once.ts';
import { commit, committed, fact, record } from '../../conformance/log/samples.ts';
import {
  ServerReadOnlyError,
  StoreBusyError,
  StoreContendedError,
  StoreTimeoutError,
} from './errors.ts';
import { HeldWriter } from './fixtures/held-writer.ts';
import { until } from './fixtures/until.ts';
import { postgres } from './postgres-store.ts';

let server: PostgresServer;
before(async () => {
  server = await startPostgres({ storage: 'memory' });
});
after(() => server.close());

test('a commit that statement_timeout ends has changed nothing, and can be done again', async (t) => {
  const { ids, log, url } = await scene(t, { statement_timeout: '200ms' });
  await commit(log, { records: [fact('order-1', 1)] });
  const held = await HeldWriter.begin(url);
  await held.query('select from ordering.streams for update');
  const next = fact('order-1', 2);

  await assert.rejects(commit(log, { records: [next] }), (error) => {
    assert.ok(error instanceof StoreTimeoutError, String(error));
    assert.match(error.message, /statement timeout.*statement_timeout/);
    assert.equal(error.retryable, true);
    return true;
  });
  const meanwhile = await ids();
  await held.rollback();

  assert.equal((await commit(log, { records: [next] })).kind, 'committed');
  assert.deepEqual([meanwhile.length, (await ids()).length], [1, 2]);
});

test('a server that becomes read-only refuses changes, is still read, and goes on when it is not any more', async (t) => {
  const { log, url } = await scene(t);
  const [position] = await committed(log, { records: [record()] });
  await setFor(url, { default_transaction_read_only: 'on' });
  await endAll(url);

  await until(() => assert.rejects(commit(log, { records: [record()] }), ServerReadOnlyError));
  await assert.rejects(postgres(url).open('billing'), ServerReadOnlyError);
  const read = await log.read({ after: 0, limit: 10 });
  await setFor(url, { default_transaction_read_only: 'off' });
  await endAll(url);

  assert.deepEqual(
    read.map((one) => one.position),
    [position],
  );
  await until(async () =>
    assert.equal((await commit(log, { records: [record()] })).kind, 'committed'),
  );
});

test('where no connection is left it is waited for one, and nothing fails', async (t) => {
  const { log, url } = await scene(t);
  const records = Array.from({ length: 20 }, () => record());
  await committed(log, { records });
  await queryOnce(url, 'create role shop login connection limit 2');
  await queryOnce(url, 'grant all on schema ordering to shop');
  await queryOnce(url, 'grant all on all tables in schema ordering to shop');
  await queryOnce(url, 'grant all on all sequences in schema ordering to shop');
  const shop = await postgres(url.replace('postgres@', 'shop@')).open('ordering');
  t.after(() => shop.close());

  const found = await Promise.all(records.map(({ id }) => shop.recordsById([id])));
  const more = record();
  const outcome = await commit(shop, { records: [more] });

  assert.deepEqual(
    found.map(([one]) => one?.id),
    records.map(({ id }) => id),
  );
  assert.equal(outcome.kind, 'committed');
  assert.match(server.log(), /too many connections for role "shop"/);
});

test('a log that cannot be opened for want of a connection says whom to look at', async (t) => {
  const { url } = await scene(t);
  await queryOnce(url, 'create role nobody_more login connection limit 0');
  const asNobody = url.replace('postgres@', 'nobody_more@');

  await assert.rejects(
    postgres(asNobody, { connectionTimeoutMs: 300 }).open('ordering'),
    (error) => {
      assert.ok(error instanceof StoreBusyError, String(error));
      assert.match(error.message, /too many connections for role.*pg_stat_activity/);
      return true;
    },
  );
});

test('a transaction that the server ends for idling has changed nothing, and the next one goes', async (t) => {
  const { ids, log } = await scene(t);

  const idling = log.transaction(async (database) => {
    const client = database as pg.Client;
    await client.query('set local idle_in_transaction_session_timeout = 50');
    await new Promise((resolve) => client.once('end', resolve));
    return { result: 'late', writeSet: { records: [record()] } };
  });

  await assert.rejects(idling, (error) => {
    assert.equal((error as { retryable?: boolean }).retryable, true, String(error));
    return true;
  });
  assert.deepEqual(await ids(), []);
  await committed(log, { records: [record()] });
});

test('a commit that gives way in a deadlock is done again, and is there once', async (t) => {
  const { ids, log, url } = await scene(t, { deadlock_timeout: '50ms' });
  await commit(log, { records: [fact('a', 1), fact('b', 1)] });
  const other = await HeldWriter.begin(url);
  await other.query(`set local deadlock_timeout = '1min'`);
  await other.query(`select from ordering.streams where stream = 'b' for update`);
  const both = [fact('a', 2), fact('b', 2)];

  const committing = commit(log, { records: both });
  await until(async () => assert.equal((await other.ask(WAITED)).length, 1));
  await other.query(`select from ordering.streams where stream = 'a' for update`);
  await other.rollback();

  assert.deepEqual(await committing, { kind: 'committed', positions: [3, 4] });
  assert.equal((await ids()).length, 4);
  assert.match(server.log(), /deadlock detected/);
});

test('work of the user that cannot be serialized is told so, in a word that says to do it again', async (t) => {
  const { log, url } = await scene(t, { default_transaction_isolation: 'repeatable read' });
  const other = await postgres(url).open('ordering');
  t.after(() => other.close());
  await queryOnce(url, 'create table mine as select 1 as n');

  const working = log.transaction(async (database) => {
    const client = database as pg.Client;
    await client.query('select n from mine');
    await queryOnce(url, 'update mine set n = n + 1');
    await client.query('update mine set n = n + 1');
    return { result: undefined, writeSet: { records: [record()] } };
  });
  await assert.rejects(working, { code: '40001' });

  const writing = log.transaction(async (database) => {
    await (database as pg.Client).query('select n from mine');
    await commit(other, { records: [fact('order-1', 1)] });
    return { result: undefined, writeSet: { records: [fact('order-1', 1)] } };
  });
  await assert.rejects(writing, StoreContendedError);
});

const WAITED = 'select pid from pg_locks where not granted';

async function endAll(url: string): Promise<void> {
  await queryOnce(
    url,
    `select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`,
  );
}

async function setFor(url: string, settings: Record<string, string>): Promise<void> {
  const { pathname } = new URL(url);
  for (const [name, value] of Object.entries(settings))
    await server.query(`alter database "${pathname.slice(1)}" set ${name} = '${value}'`);
}

async function scene(t: TestContext, settings: Record<string, string> = {}) {
  const url = await server.createDatabase();
  await setFor(url, settings);
  const log = await postgres(url).open('ordering');
  t.after(() => log.close());
  return {
    url,
    log,
    /** Of all records that are there. */
    ids: async () => {
      const rows = await queryOnce<{ id: string }>(url, 'select id from ordering.log order by 1');
      return rows.map(({ id }) => id);
    },
  };
}
