/**
 * A server that crashes while the processes that use it live on: these go on from what they have in
 * memory, so nothing may be in memory as done that the crash took.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { startPostgres, type PostgresServer } from '../../../scripts/services/postgres.ts';
import { boundedContext } from '../../context/bounded-context.ts';
import { contract } from '../../contract/contract.ts';
import { readModel, type } from '../../read-model/read-model.ts';
import { start } from '../../runtime/fixtures/start.ts';
import { query } from './fixtures/ordering.ts';
import { until } from './fixtures/until.ts';
import { postgres } from './postgres-store.ts';

const OrderPlaced = contract('ordering.OrderPlaced', {
  version: 1,
  schema: z.object({ orderId: z.string() }),
  key: (data) => data.orderId,
});
const ordering = boundedContext('ordering', { publishes: [OrderPlaced] });

const orders = readModel({
  name: 'orders',
  version: 1,
  document: type<{ orderId: string }>(),
  from: [OrderPlaced],
  by: (event) => event.data.orderId,
  evolve: { 'ordering.OrderPlaced': (_, { data }) => ({ orderId: data.orderId }) },
});
const listening = boundedContext('listening', { readModels: [orders] });

let server: PostgresServer;
before(async () => {
  // With nothing else to do, the journal is not written behind for a long time.
  server = await startPostgres({
    settings: { wal_writer_delay: '10s', synchronous_commit: 'off', autovacuum: 'off' },
  });
});
after(() => server.close());

test('what was taken in and folded just before the server is killed is there after it', async (t) => {
  const url = await server.createDatabase();
  const app = await start(t, [ordering, listening], { store: postgres(url) });
  const document = () => app.read(orders).get('o-1');

  await app.transaction(ordering, ({ publish }) => publish(OrderPlaced, { orderId: 'o-1' }));
  await until(async () => assert.ok(await document()));
  await server.kill();
  await server.start();

  await until(async () => {
    const { status } = await app.health();
    assert.equal(status, 'green');
  });
  await app.settled();
  assert.deepEqual(await document(), { orderId: 'o-1' });
  const taken = await query(url, `select 1 from listening.log where direction = 'incoming'`);
  assert.equal(taken.length, 1);
});
