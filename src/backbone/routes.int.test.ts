/** One application over two brokers at once. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { type NatsServer, startNats } from '../../scripts/services/nats.ts';
import { type RabbitmqServer, startRabbitmq } from '../../scripts/services/rabbitmq.ts';
import { nats } from '../adapters/nats/nats-backbone.ts';
import { rabbitmq } from '../adapters/rabbitmq/rabbitmq-backbone.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { contract } from '../contract/contract.ts';
import { whenever } from '../reaction/whenever.ts';
import { ordering, OrderPlaced } from '../runtime/fixtures/heard-ordering.ts';
import { start, until } from '../runtime/fixtures/start.ts';
import { routes } from './routes.ts';

let natsServer: NatsServer;
let rabbitmqServer: RabbitmqServer;
before(async () => {
  [natsServer, rabbitmqServer] = await Promise.all([startNats(), startRabbitmq()]);
});
after(async () => {
  await natsServer?.close();
  await rabbitmqServer?.close();
});

const OrderPaid = contract('billing.OrderPaid', {
  version: 1,
  schema: z.object({ orderId: z.string() }),
  key: (data) => data.orderId,
});

test('what goes out over one broker comes back over another, and an outage of one stops its routes only', async (t) => {
  const paid: string[] = [];
  const billed: string[] = [];
  const billing = boundedContext('billing', {
    publishes: [OrderPaid],
    reactions: [
      whenever('bill', OrderPlaced, ({ data: { orderId } }, tools) => {
        billed.push(orderId);
        tools.publish(OrderPaid, { orderId });
      }),
    ],
  });
  const shipping = boundedContext('shipping', {
    reactions: [whenever('ship', OrderPaid, ({ data }) => void paid.push(data.orderId))],
  });
  const app = await start(t, [ordering, billing, shipping], {
    backbone: routes(nats(natsServer.url), { billing: rabbitmq(rabbitmqServer.url) }),
  });
  const place = (orderId: string): Promise<unknown> =>
    app.transaction(ordering, (tx) => tx.publish(OrderPlaced, { orderId }));

  await place('o-1');
  await app.settled();
  assert.deepEqual(paid, ['o-1']);

  await rabbitmqServer.stop();
  await place('o-2');
  await until(() => billed.length === 2, 30_000);
  assert.deepEqual(paid, ['o-1']);
  await rabbitmqServer.start();
  await until(() => paid.length === 2, 30_000);

  assert.deepEqual(paid, ['o-1', 'o-2']);
  assert.deepEqual(await app.parked(), []);
});
