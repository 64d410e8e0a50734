import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from 'pg';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { committed, fact } from '../../conformance/log/samples.ts';
import { LogNewerError, LogOlderError } from './migrate.ts';
import { postgres } from './postgres-store.ts';

const server = await sharedPostgres();

test('ten processes that start at once on a new database all come up, on one log', async () => {
  const url = await server.createDatabase();
  const stores = Array.from({ length: 10 }, () => postgres(url));

  const logs = await Promise.all(stores.map((store) => store.open('ordering')));

  assert.equal(new Set(logs.map(({ epoch }) => epoch)).size, 1);
  await Promise.all(logs.map((log, index) => committed(log, { records: [fact(`o-${index}`, 1)] })));
  assert.equal(await logs[0]?.head(), 10);
  await Promise.all(logs.map((log) => log.close()));
});

test('what is pending can be read before it is run, and is what psql runs as well', async () => {
  const url = await server.createDatabase();
  const store = postgres(url, { migrate: 'never' });
  const { migrations } = store;

  const pending = await migrations.pending('ordering');
  await assert.rejects(store.open('ordering'), { name: LogOlderError.name, format: 0 });
  await query(url, pending.map(({ sql }) => sql).join('\n'));

  assert.deepEqual(
    pending.map(({ number }) => number),
    pending.map((_, index) => index + 1),
  );
  assert.match(pending[0]?.sql ?? '', /create schema "ordering"/);
  assert.deepEqual(await migrations.pending('ordering'), []);
  const log = await store.open('ordering');
  assert.deepEqual(await committed(log, { records: [fact('o-1', 1)] }), [1]);
  await log.close();
});

test('a migration that was begun and cut short left nothing, and is made anew', async () => {
  const url = await server.createDatabase();
  const { migrations } = postgres(url);
  const pending = await migrations.pending('ordering');
  const half = pending.slice(0, 2).map(({ sql }) => sql);

  await assert.rejects(query(url, `begin; ${half.join('\n')}; select 1 / 0; commit`));
  const done = await migrations.migrate('ordering');

  assert.equal(done.length, pending.length);
  assert.deepEqual(await migrations.migrate('ordering'), []);
});

test('a log of a newer version is refused, and nothing is changed', async () => {
  const url = await server.createDatabase();
  const store = postgres(url);
  await store.migrations.migrate('ordering');
  await query(url, `insert into ordering.migrations (number, name) values (999, 'to come')`);

  for (const opening of [store.open('ordering'), store.reader('ordering')])
    await assert.rejects(opening, { name: LogNewerError.name, format: 999 });

  assert.deepEqual(await query(url, 'select count(*)::int as count from ordering.streams'), [
    { count: 0 },
  ]);
});

test('a schema that is there already, with tables of its own, is lived in', async () => {
  const url = await server.createDatabase();
  await query(url, 'create schema ordering; create table ordering.customers (id text)');

  const log = await postgres(url).open('ordering');

  assert.deepEqual(await committed(log, { records: [fact('o-1', 1)] }), [1]);
  await log.close();
});

async function query(url: string, sql: string): Promise<readonly object[]> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query(sql)).rows as object[];
  } finally {
    await client.end();
  }
}
