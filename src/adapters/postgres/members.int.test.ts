import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { beatSql } from './members.ts';
import { postgres } from './postgres-store.ts';
import { placeOf } from './schema.ts';

const CONTEXTS = ['customers', 'catalogue', 'ordering', 'inventory', 'billing', 'fulfilment'];

let url: string;
let client: pg.Client;
before(async () => {
  url = (await sharedPostgres()).connectionString;
  client = new pg.Client(url);
  await client.connect();
});
after(() => client.end());

test('that a process lives is said in a statement that the server does not compile', async () => {
  const store = postgres(url);
  for (const context of CONTEXTS) await (await store.open(context)).close();
  const beats = CONTEXTS.map((context) => ({
    place: placeOf(context),
    id: 'one',
    holds: '{}',
    leaseMs: 10_000,
  }));
  const { sql, values } = beatSql(beats);

  const { rows } = await client.query<{ 'QUERY PLAN': readonly { JIT?: unknown }[] }>(
    `explain (analyze, format json) ${sql}`,
    values,
  );

  assert.equal(rows[0]?.['QUERY PLAN'][0]?.JIT, undefined);
});
