import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import pg from 'pg';
import { type PostgresServer, startPostgres } from '../../../scripts/services/postgres.ts';
import { outbox } from '../../runtime/outbox.ts';
import { until } from '../../runtime/fixtures/start.ts';
import { askOn } from './database.ts';
import { OrderPlaced, ordering } from './fixtures/ordering.ts';
import { horizonHolders } from './horizon-holders.ts';
import type { PostgresClient } from './postgres-client.ts';
import { postgres } from './postgres-store.ts';
import { withPg } from './with-pg.ts';

let server: PostgresServer;
before(async () => {
  server = await startPostgres({ settings: { max_prepared_transactions: 4 } });
});
after(async () => {
  await server?.close();
});

test('a transaction that was prepared and not committed is named, and lets go at its end', async (t) => {
  const { client, holders, log, orders } = await open(t);
  const writer = await client('shop');
  await writer.query('begin');
  await orders.publish(writer, OrderPlaced, { orderId: 'o-1', by: 'x' });
  const whileOpen = await holders();

  await writer.query(`prepare transaction 'orders of today'`);
  const [held, ...others] = await holders();
  await writer.query('begin');
  await orders.publish(writer, OrderPlaced, { orderId: 'o-2', by: 'x' });
  await writer.query('commit');
  const beforeEnd = await log.read({ after: 0, limit: 10 });
  await writer.query(`commit prepared 'orders of today'`);

  assert.deepEqual(whileOpen, []);
  assert.deepEqual(others, []);
  assert.equal(held?.prepared, 'orders of today');
  assert.deepEqual([held.pid, held.heldAt], [null, 0]);
  assert.deepEqual(beforeEnd, []);
  assert.deepEqual(await ordersOf(log), ['o-1', 'o-2']);
  assert.deepEqual(await holders(), []);
});

test('what was prepared and rolled back is never published, and holds up nobody any more', async (t) => {
  const { client, log, orders } = await open(t);
  const writer = await client('shop');
  await writer.query('begin');
  await orders.publish(writer, OrderPlaced, { orderId: 'o-1', by: 'x' });
  await writer.query(`prepare transaction 'taken back'`);
  await writer.query('begin');
  await orders.publish(writer, OrderPlaced, { orderId: 'o-2', by: 'x' });
  await writer.query('commit');

  await writer.query(`rollback prepared 'taken back'`);
  await until(async () => (await log.head()) > 0);

  assert.deepEqual(await ordersOf(log), ['o-2']);
});

test('a prepared transaction outlives the server, and is published when it is committed after all', async (t) => {
  const { client, orders, url } = await open(t);
  const writer = await client('shop');
  await writer.query('begin');
  await orders.publish(writer, OrderPlaced, { orderId: 'o-1', by: 'x' });
  await writer.query(`prepare transaction 'over night'`);

  await server.kill();
  await server.restart();
  const log = await postgres(url).open('ordering');
  const again = new pg.Client({ connectionString: url });
  await again.connect();
  const ask = askOn(again as unknown as PostgresClient, { isNamed: false });
  const [held] = await horizonHolders(ask, { schema: '"ordering"' });
  await again.query(`commit prepared 'over night'`);
  await until(async () => (await log.head()) > 0);

  assert.deepEqual([held?.prepared, held?.pid], ['over night', null]);
  assert.deepEqual(await ordersOf(log), ['o-1']);
  await again.end();
  await log.close();
});

test('a session that has drawn positions and waits is named by its process and application', async (t) => {
  const { client, holders } = await open(t);
  const writer = await client('reports');
  const { rows } = await writer.query<{ pid: number }>('select pg_backend_pid() as pid');

  await writer.query('begin; select "ordering".enter_v1()');
  const [held] = await holders();

  assert.deepEqual(
    [held?.pid, held?.prepared, held?.application, held?.state],
    [rows[0]?.pid, null, 'reports', 'idle in transaction'],
  );
  assert.ok((held?.openMs ?? -1) >= 0 && (held?.openMs ?? 0) < 60_000);
});

async function open(t: TestContext) {
  const url = await server.createDatabase();
  const store = postgres(url);
  const log = await store.open('ordering');
  const clients: pg.Client[] = [];
  const client = async (application_name: string): Promise<pg.Client> => {
    const made = new pg.Client({ connectionString: url, application_name });
    made.on('error', () => undefined);
    await made.connect();
    clients.push(made);
    return made;
  };
  t.after(async () => {
    for (const made of clients) await made.end().catch(() => undefined);
    await log.close();
  });
  const asking = (await client('asking')) as unknown as PostgresClient;
  const ask = askOn(asking, { isNamed: false });
  const holders = () => horizonHolders(ask, { schema: '"ordering"' });
  return { client, holders, log, orders: outbox(ordering, { store, library: withPg }), url };
}

async function ordersOf(log: {
  read: (query: { after: number; limit: number }) => Promise<readonly { readonly data: string }[]>;
}) {
  const records = await log.read({ after: 0, limit: 10 });
  return records.map(({ data }) => (JSON.parse(data) as { orderId: string }).orderId);
}
