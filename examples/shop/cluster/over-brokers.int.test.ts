/** Six contexts as eight processes on PostgreSQL, which talk by a broker. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startKafka } from '../../../scripts/services/kafka.ts';
import { startNats } from '../../../scripts/services/nats.ts';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { startRabbitmq } from '../../../scripts/services/rabbitmq.ts';
import { startReplay, untilBalanced } from '../killed-shop-fixture.ts';
import { allDocuments } from '../left-behind-fixture.ts';
import { madeOrders } from '../replay/made-orders.ts';

const server = await sharedPostgres();
const directory = mkdtempSync(join(tmpdir(), 'thereupon-over-brokers-'));
after(() => rmSync(directory, { recursive: true, force: true }));

for (const [name, startBroker] of [
  ['NATS', startNats],
  ['RabbitMQ', startRabbitmq],
  ['Kafka', startKafka],
] as const)
  test(`over ${name}, with several processes of a context, it balances just so`, async () => {
    const broker = await startBroker();
    const orders = join(directory, `over ${name}.csv`);
    writeFileSync(orders, [...madeOrders({ invoices: 30 })].join(''));
    const one = { directory: join(directory, `one beside ${name}`) };
    const many = {
      directory: join(directory, `over ${name}`),
      store: await server.createDatabase(),
    };
    try {
      await untilBalanced(startReplay(one, orders));
      const replaying = startReplay(many, orders, 8, broker.url);
      await untilBalanced(replaying);

      assert.match(replaying.output(), /All 32 equations balance/);
      assert.deepEqual(await allDocuments(many), await allDocuments(one));
    } finally {
      await broker.close();
    }
  });
