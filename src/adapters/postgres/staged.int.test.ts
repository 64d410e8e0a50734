/**
 * The table that messages are staged in, by itself: with the plainest of clients, so that what holds
 * here holds for every library that sends the same statement.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import pg from 'pg';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import type { Log } from '../../log/log.ts';
import { postgres } from './postgres-store.ts';

const server = await sharedPostgres();

test('what was staged is in the log from the commit on, in the order in which it was staged', async (t) => {
  const { log, client } = await open(t);
  const writer = await client();

  await writer.query('begin');
  for (const id of ['c', 'a', 'b']) await writer.query(stageSql(id));
  const before = await ids(log);
  await writer.query('commit');

  assert.deepEqual(before, []);
  assert.deepEqual(await ids(log), ['c', 'a', 'b']);
  assert.deepEqual(await staged(writer), []);
});

test('a statement outside of any transaction is one of its own', async (t) => {
  const { log, client } = await open(t);

  await (await client()).query(stageSql('a'));

  assert.deepEqual(await ids(log), ['a']);
});

test('what was rolled back, up to a savepoint or altogether, is not published', async (t) => {
  const { log, client } = await open(t);
  const writer = await client();

  await writer.query(`begin; ${stageSql('a')}; rollback`);
  await writer.query('begin');
  await writer.query(stageSql('b'));
  await writer.query(`savepoint s; ${stageSql('c')}; rollback to savepoint s`);
  await writer.query(`savepoint s; ${stageSql('d')}; release savepoint s`);
  await writer.query(stageSql('e'));
  await writer.query('commit');

  assert.deepEqual(await ids(log), ['b', 'd', 'e']);
  assert.deepEqual(await staged(writer), []);
});

test('a rollback to a savepoint after what was staged was moved at once takes the lock along', async (t) => {
  const { log, client } = await open(t);
  const writer = await client();
  const other = await client();

  await writer.query('begin; savepoint s; set constraints all immediate');
  await writer.query(stageSql('a'));
  await writer.query('rollback to savepoint s');
  await other.query(stageSql('b'));
  const beside = await ids(log);
  await writer.query(stageSql('c'));
  await writer.query('commit');

  assert.deepEqual(beside, ['b']);
  assert.deepEqual(await ids(log), ['b', 'c']);
});

for (const isolation of ['repeatable read', 'serializable'])
  test(`it works at ${isolation}, and a reader sees each message once`, async (t) => {
    const { log, client } = await open(t);
    const [early, late] = [await client(), await client()];

    await early.query(`begin isolation level ${isolation}; select 1 from pg_class limit 1`);
    await late.query(`begin isolation level ${isolation}; ${stageSql('a')}; commit`);
    const between = await log.read({ after: 0, limit: 10 });
    await early.query(stageSql('b'));
    await early.query('commit');
    const rest = await log.read({ after: between[0]?.position ?? 0, limit: 10 });

    assert.deepEqual([...between, ...rest].map(idOf), ['a', 'b']);
  });

test('a transaction that stays open holds up neither readers nor other writers', async (t) => {
  const { log, client } = await open(t);
  const [slow, quick] = [await client(), await client()];

  await slow.query('begin');
  await slow.query(stageSql('slow'));
  await quick.query(stageSql('quick'));
  const [locks] = (
    await quick.query(`select count(*)::integer as held from pg_locks
      where locktype = 'advisory' and objsubid = 2 and mode = 'ShareLock'
        and classid = '"ordering".log'::regclass`)
  ).rows;
  const before = await ids(log);
  await slow.query('commit');

  assert.deepEqual(locks, { held: 0 });
  assert.deepEqual(before, ['quick']);
  assert.deepEqual(await ids(log), ['quick', 'slow']);
});

test('a client that is killed in the middle publishes nothing', async (t) => {
  const { log, client } = await open(t);
  const [victim, other] = [await client(), await client()];
  victim.on('error', () => undefined);

  await victim.query('begin');
  await victim.query(stageSql('a'));
  const { rows } = await victim.query<{ pid: number }>('select pg_backend_pid() as pid');
  await other.query('select pg_terminate_backend($1, 5000)', [rows[0]?.pid]);
  await assert.rejects(victim.query('commit'));
  await other.query(stageSql('b'));

  assert.deepEqual(await ids(log), ['b']);
});

test('ten thousand messages of one transaction take ten times as long as a thousand, not a hundred', async (t) => {
  const { log, client } = await open(t);
  const writer = await client();
  const commitMs = async (count: number): Promise<number> => {
    await writer.query('begin');
    await writer.query(`${stageSql(`${count}-' || n || '`)} from generate_series(1, ${count}) n`);
    const begin = performance.now();
    await writer.query('commit');
    return performance.now() - begin;
  };

  await commitMs(100);
  const thousand = await commitMs(1_000);
  const tenThousand = await commitMs(10_000);

  assert.equal(await log.head(), 11_100);
  assert.ok(tenThousand < thousand * 40, `${thousand} ms and ${tenThousand} ms`);
});

test('whoever may insert into the table, and nothing else, can publish', async (t) => {
  const { log, client } = await open(t);
  const [owner, writer] = [await client(), await client()];
  const role = `publisher_${process.pid}`;
  await owner.query(`create role "${role}"`);
  await owner.query(`grant usage on schema "ordering" to "${role}"`);
  await owner.query(`grant insert on "ordering".staged to "${role}"`);

  await writer.query(`set role "${role}"`);
  await writer.query(stageSql('a'));
  const reading = writer.query('select 1 from "ordering".log');

  await assert.rejects(reading, /permission denied/);
  assert.deepEqual(await ids(log), ['a']);
  await owner.query(`drop owned by "${role}"; drop role "${role}"`);
});

test('the longer a transaction stayed open, the later its messages were recorded', async (t) => {
  const { log, client } = await open(t);
  const writer = await client();

  await writer.query('begin');
  await writer.query(stageSql('a'));
  await writer.query('select pg_sleep(0.3)');
  await writer.query('commit');

  const [record] = await log.read({ after: 0, limit: 1 });
  assert.equal(record?.occurredAt, 1_000);
  assert.ok(record.recordedAt >= 2_300 && record.recordedAt < 12_000, `${record.recordedAt}`);
});

async function open(t: TestContext) {
  const url = await server.createDatabase();
  const log = await postgres(url).open('ordering');
  const clients: pg.Client[] = [];
  t.after(async () => {
    for (const client of clients) await client.end();
    await log.close();
  });
  const client = async (): Promise<pg.Client> => {
    const made = new pg.Client({ connectionString: url });
    await made.connect();
    clients.push(made);
    return made;
  };
  return { log, client };
}

function stageSql(id: string): string {
  return `insert into "ordering".staged (id, type, schema_version, key, data, source, occurred_at,
      recorded_at, correlation_id, causation_id)
    select '${id}', 'ordering.Placed', 1, 'o-1', '{}', 'ordering', 1000, 2000, 'c-1', 'c-0'`;
}

async function ids(log: Log): Promise<readonly string[]> {
  return (await log.read({ after: 0, limit: 100 })).map(idOf);
}

function idOf({ id }: { readonly id: string }): string {
  return id;
}

async function staged(client: pg.Client): Promise<readonly unknown[]> {
  return (await client.query('select id from "ordering".staged')).rows;
}
