/** `app.transaction`: our transaction outside, the application's library inside. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { Kysely, PostgresDialect } from 'kysely';
import type { PoolClient } from 'pg';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { TransactionEndedError } from '../../log/transaction-ended.ts';
import { rejection, start, until } from '../../runtime/fixtures/start.ts';
import type { Transaction } from '../../runtime/transaction.ts';
import { OrderPlaced, createOrders, listening, ordering, ordersIn } from './fixtures/ordering.ts';
import { poolOfOne } from './pool-of-one.ts';
import { postgres } from './postgres-store.ts';

const server = await sharedPostgres();

const orders = pgTable('orders', { id: text('id').primaryKey() });
type Tx = Transaction<PoolClient>;
type Tables = { orders: { id: string } };

/** How each library is bound to the client of the transaction, and inserts. */
const inserts: Readonly<Record<string, (tx: Tx, id: string) => Promise<unknown>>> = {
  pg: (tx, id) => tx.database.query('insert into public.orders (id) values ($1)', [id]),
  Drizzle: (tx, id) => drizzle(tx.database).insert(orders).values({ id }),
  Kysely: (tx, id) => kyselyIn(tx).insertInto('orders').values({ id }).execute(),
};

for (const [name, insert] of Object.entries(inserts)) {
  test(`${name}: own rows and what is published commit together`, async (t) => {
    const { app, heard, url } = await shop(t);

    await app.transaction(ordering, async (tx: Tx) => {
      await insert(tx, 'o-1');
      tx.publish(OrderPlaced, { orderId: 'o-1', by: 'x' });
      await insert(tx, 'o-2');
    });
    await until(() => heard.length >= 1, 20_000);

    assert.deepEqual(heard, ['o-1']);
    assert.deepEqual(await ordersIn(url), ['o-1', 'o-2']);
  });

  test(`${name}: work that fails leaves neither`, async (t) => {
    const { app, heard, url } = await shop(t);

    const failed = app.transaction(ordering, async (tx: Tx) => {
      await insert(tx, 'o-1');
      tx.publish(OrderPlaced, { orderId: 'o-1', by: 'x' });
      await insert(tx, 'o-1');
    });
    await assert.rejects(failed);
    await app.settled();

    assert.deepEqual([heard, await ordersIn(url)], [[], []]);
  });
}

const ownTransactions: Readonly<Record<string, (tx: Tx) => Promise<unknown>>> = {
  Drizzle: (tx) => drizzle(tx.database).transaction((inner) => inner.execute(sql`select 1`)),
  Kysely: (tx) =>
    kyselyIn(tx)
      .transaction()
      .execute(async () => undefined),
};

for (const [name, begin] of Object.entries(ownTransactions))
  test(`${name}: a transaction of its own inside of ours is told, since it ends ours`, async (t) => {
    const { app, heard } = await shop(t);

    const failed = app.transaction(ordering, async (tx: Tx) => {
      tx.publish(OrderPlaced, { orderId: 'o-1', by: 'x' });
      await begin(tx);
    });
    await rejection(failed, TransactionEndedError);
    await app.settled();

    assert.deepEqual(heard, []);
  });

function kyselyIn(tx: Tx): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: poolOfOne(tx.database) }) });
}

async function shop(t: TestContext) {
  const url = await server.createDatabase();
  await createOrders(url);
  const heard: string[] = [];
  const hear = listening((orderId) => heard.push(orderId));
  const app = await start(t, [ordering, hear], { store: postgres(url) });
  return { app, heard, url };
}
