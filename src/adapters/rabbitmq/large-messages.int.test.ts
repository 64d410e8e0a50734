/**
 * Who takes in holds few of the messages that wait, however large they are.
 *
 * no testLog: RabbitMQ is between contexts; their logs are in a store.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { connect } from 'amqplib';
import { type RabbitmqServer, startRabbitmq } from '../../../scripts/services/rabbitmq.ts';
import type { Backbone } from '../../backbone/backbone.ts';
import { listenWithSmallHeap } from '../../backbone/fixtures/small-heap.ts';
import { systemClock } from '../../host/clock.ts';
import { listening, ordering, OrderPlaced } from '../../runtime/fixtures/heard-ordering.ts';
import { run } from '../../runtime/run.ts';
import { silent } from '../../telemetry/logger.ts';
import { memory } from '../memory/memory-store.ts';
import type { AmqpConnection } from './amqp-client.ts';
import { withChannel } from './fixtures/bare-client.ts';
import { rabbitmq } from './rabbitmq-backbone.ts';

const MESSAGES = 400;
const CHARACTERS = 900_000;
const PEAK_MEGABYTES = 400;

let server: RabbitmqServer;
before(async () => {
  server = await startRabbitmq();
});
after(() => server?.close());

test('a queue of large messages is taken in by a process with a small heap', async (t) => {
  await makeQueue('large');
  await fill('large.ordering', Array<number>(MESSAGES).fill(CHARACTERS));

  const { heard, peakMegabytes, exitCode } = await listenWithSmallHeap(t, {
    url: server.url,
    prefix: 'large',
    messages: MESSAGES,
  });

  assert.deepEqual({ heard, exitCode }, { heard: MESSAGES, exitCode: 0 });
  assert.ok(peakMegabytes < PEAK_MEGABYTES, `It had ${peakMegabytes} MB.`);
});

test('large and small messages come in their order and once each, however often the queue is read anew', async (t) => {
  await makeQueue('mixed');
  const sizes = [1, 2, 3].flatMap(() => [
    ...Array<number>(90).fill(1_500_000),
    ...Array<number>(600).fill(10),
  ]);
  await fill('mixed.ordering', sizes);
  const connection = await connect(server.url);
  t.after(() => connection.close());
  let channels = 0;
  const createChannel = connection.createChannel.bind(connection);
  connection.createChannel = () => {
    channels += 1;
    return createChannel();
  };
  const backbone = await started(connection, 'mixed');
  const contracts = [OrderPlaced.name];
  const asked = { consumer: 'listening', source: 'ordering', contracts, marks: [] };
  const inlet = await backbone.inlet(asked);
  t.after(() => backbone.close());

  const ids: string[] = [];
  let charactersMax = 0;
  while (ids.length < sizes.length) {
    const delivery = await inlet.receive({ limit: 256, signal: t.signal });
    const characters = delivery.messages.reduce((sum, { data }) => sum + data.length, 0);
    charactersMax = Math.max(charactersMax, characters);
    ids.push(...delivery.messages.map(({ id }) => id));
    await delivery.acknowledge();
  }

  assert.deepEqual(
    ids,
    sizes.map((_, number) => `m-${number}`),
  );
  assert.equal(await inlet.lookAgain(), true);
  assert.ok(charactersMax < 6_000_000, `${charactersMax} characters came at once.`);
  assert.ok(channels > 3, `It was read anew ${channels - 1} times.`);
});

async function started(connection: AmqpConnection, prefix: string): Promise<Backbone> {
  const backbone = rabbitmq({ connection, prefix });
  const published = (): never => assert.fail('Nobody asks for a log here.');
  await backbone.start({ clock: systemClock(), published });
  return backbone;
}

/** As a release that listens leaves it behind when it ends. */
async function makeQueue(prefix: string): Promise<void> {
  const backbone = rabbitmq({ url: server.url, prefix });
  const contexts = [ordering, listening(() => undefined)];
  const app = await run(contexts, { store: memory(), backbone, logger: silent });
  await app.settled();
  await app.stop();
}

async function fill(exchange: string, sizes: readonly number[]): Promise<void> {
  await withChannel(server.url, async (channel) => {
    for (const [number, size] of sizes.entries()) {
      const data = JSON.stringify({ orderId: `o-${number}`, note: 'x'.repeat(size) });
      channel.publish(exchange, OrderPlaced.name, Buffer.from(data), {
        persistent: true,
        messageId: `m-${number}`,
      });
      if (number % 20 === 19) await channel.waitForConfirms();
    }
    await channel.waitForConfirms();
  });
}
