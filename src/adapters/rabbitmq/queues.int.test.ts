/**
 * Exchanges and queues that are there already, servers that end, and who may use them.
 *
 * no testLog: RabbitMQ is between contexts; their logs are in a store.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { connect } from 'amqplib';
import { makeCertificates } from '../../../scripts/services/process/certificates.ts';
import {
  rabbitmq as rabbitmqService,
  type RabbitmqServer,
  startRabbitmq,
} from '../../../scripts/services/rabbitmq.ts';
import { type Backbone, type Envelope, MessageNotCarriedError } from '../../backbone/backbone.ts';
import { boundedContext } from '../../context/bounded-context.ts';
import { systemClock } from '../../host/clock.ts';
import type { Application } from '../../runtime/application.ts';
import { listening, ordering, OrderPlaced } from '../../runtime/fixtures/heard-ordering.ts';
import { rejection, start, until as untilWithin } from '../../runtime/fixtures/start.ts';
import { run } from '../../runtime/run.ts';
import { silent } from '../../telemetry/logger.ts';
import { memory } from '../memory/memory-store.ts';
import { RabbitmqDefinitionError, RabbitmqDeliveryLimitError } from './definitions.ts';
import { withChannel } from './fixtures/bare-client.ts';
import { RabbitmqNameError } from './names.ts';
import { rabbitmq, type RabbitmqOptions } from './rabbitmq-backbone.ts';

const rights = rightsInDocs();

let server: RabbitmqServer;
before(async () => {
  server = await startRabbitmq({
    configuration: 'max_message_size = 200000',
    users: [
      { name: 'shop', password: 'right', ...rights },
      { name: 'other', password: 'right', configure: '', write: '', read: '' },
    ],
  });
});
after(() => server?.close());

test('an exchange of another type is left as it is, and named', async () => {
  await withChannel(server.url, (channel) => channel.assertExchange('fan.ordering', 'fanout'));
  const backbone = await opened({ prefix: 'fan' });

  const outlet = await backbone.outlet('ordering');
  const error = await rejection(published(outlet?.publish([message()])), RabbitmqDefinitionError);

  assert.match(error.message, /exchange "fan\.ordering" on RabbitMQ is defined otherwise/);
  assert.equal(error.retryable, false);
  await backbone.close();
});

test('a queue of another kind is left as it is, and named; another prefix goes on beside it', async (t) => {
  await withChannel(server.url, (channel) =>
    channel.assertQueue('classic.ordering.listening', { durable: true }),
  );
  const backbone = await opened({ prefix: 'classic' });

  const error = await rejection(backbone.inlet(consumer()), RabbitmqDefinitionError);
  assert.match(error.message, /queue "classic\.ordering\.listening".*inequivalent arg/s);
  await backbone.close();
  const left = await withChannel(server.url, (channel) =>
    channel.assertQueue('classic.ordering.listening', { durable: true }),
  );
  assert.equal(left.messageCount, 0);

  const { app, heard } = await scene(t, { prefix: 'beside' });
  await place(app, 'o-1');
  await until(() => heard.length === 1);
});

test(
  'a queue that was made on RabbitMQ 3 is refused on a newer one until a policy keeps it from losing what came back often',
  { skip: isOlderThan4() },
  async (t) => {
    const queue = 'older.ordering.listening';
    await withChannel(server.url, (channel) =>
      channel.assertQueue(queue, { durable: true, arguments: MADE_ON_3 }),
    );
    const refusing = await opened({ prefix: 'older' });
    const error = await rejection(refusing.inlet(consumer()), RabbitmqDeliveryLimitError);
    assert.match(error.message, /queue "older\.ordering\.listening".*set_policy/s);
    assert.equal(error.retryable, false);
    await refusing.close();

    const limit = JSON.stringify({ 'delivery-limit': -1 });
    await server.ctl('set_policy', 'unlimited', '^older', limit, '--apply-to', 'quorum_queues');
    const policy = { prefix: 'older', deliveryLimit: 'policy' } as const;
    const backbone = await opened(policy);
    const outlet = await backbone.outlet('ordering');
    await (await backbone.inlet(consumer())).close();
    await outlet?.publish([message()]);
    await backbone.close();
    for (let time = 0; time < 25; time += 1) await comesBack(queue);

    const { app, heard } = await scene(t, policy);
    await place(app, 'o-2');
    await until(() => heard.length === 2);
    assert.deepEqual(heard, ['o-1', 'o-2']);
  },
);

test('whose delivery limit a policy sets, may also have queues that were made by themselves', async (t) => {
  const { app } = await scene(t, { prefix: 'both' });
  await app.stop();

  const again = await scene(t, { prefix: 'both', deliveryLimit: 'policy' });
  await place(again.app, 'o-1');
  await until(() => again.heard.length === 1);
});

test('exchanges and queues have names of one’s own where they are given', async (t) => {
  const names = {
    exchange: () => 'acme.events',
    queue: (publisher: string, consumer: string) => `acme.${consumer}.from-${publisher}`,
  };
  const { app, heard } = await scene(t, { names, prefix: 'unused' });
  await place(app, 'o-1');
  await until(() => heard.length === 1);

  await withChannel(server.url, async (channel) => {
    await channel.checkExchange('acme.events');
    const { consumerCount } = await channel.checkQueue('acme.listening.from-ordering');
    assert.equal(consumerCount, 1);
    channel.on('error', () => undefined);
    await assert.rejects(channel.checkExchange('unused.ordering'), /NOT_FOUND/);
  });
});

test('names that cannot be are told at the start, and nothing is made', async (t) => {
  const names = { queue: () => 'one-for-all' };
  const other = boundedContext('other', { reactions: listening(() => undefined).reactions });
  const map = [ordering, listening(() => undefined), other];
  const backbone = rabbitmq({ url: server.url, prefix: 'shared', names });

  const error = await rejection(start(t, map, { backbone }), RabbitmqNameError);

  assert.match(error.message, /"one-for-all" is the queue of "listening".*queue of "other"/s);
  await withChannel(server.url, async (channel) => {
    channel.on('error', () => undefined);
    await assert.rejects(channel.checkQueue('one-for-all'), /NOT_FOUND/);
  });
});

test('a queue that is removed while it is read is made anew, and what waits in the outbox comes', async (t) => {
  const { app, heard } = await scene(t, { prefix: 'removed' });
  await place(app, 'o-1');
  await until(() => heard.length === 1);

  await withChannel(server.url, (channel) => channel.deleteQueue('removed.ordering.listening'));
  await until(async () => {
    const isThere = withChannel(server.url, async (channel) => {
      channel.on('error', () => undefined);
      await channel.checkQueue('removed.ordering.listening');
      return true;
    });
    return isThere.catch(() => false);
  });
  await place(app, 'o-2');
  await until(() => heard.length === 2);

  assert.deepEqual(heard, ['o-1', 'o-2']);
});

test('what is published while the queue of a listener is gone is not lost: it is made anew by who publishes', async (t) => {
  const heard: string[] = [];
  const map = [ordering, listening((orderId) => void heard.push(orderId))];
  const backbone = (): Backbone => rabbitmq({ url: server.url, prefix: 'gone' });
  const publisher = await start(t, map, { only: ['ordering'], backbone: backbone() });
  await place(publisher, 'o-1');
  await publisher.settled();
  await withChannel(server.url, (channel) => channel.deleteQueue('gone.ordering.listening'));

  await place(publisher, 'o-2');
  await publisher.settled();
  await start(t, map, { only: ['listening'], backbone: backbone() });
  await until(() => heard.length === 1);

  // What was in it is gone with it: that was somebody's own doing.
  assert.deepEqual(heard, ['o-2']);
});

test('a context of the map that first runs later, elsewhere, gets what came before', async (t) => {
  const heard: string[] = [];
  const map = [ordering, listening((orderId) => void heard.push(orderId))];
  const backbone = (): Backbone => rabbitmq({ url: server.url, prefix: 'elsewhere' });
  const publisher = await start(t, map, { only: ['ordering'], backbone: backbone() });
  await place(publisher, 'o-1');
  await publisher.settled();

  await start(t, map, { only: ['listening'], backbone: backbone() });
  await until(() => heard.length === 1);

  assert.deepEqual(heard, ['o-1']);
});

test('what was confirmed survives the end of the server by SIGKILL, once and in order by key', async (t) => {
  const own = await startRabbitmq();
  t.after(() => own.close());
  const { app, notes } = await scene(t, { url: own.url });
  // A server that is killed within a moment of making a queue may come back without a leader for it.
  await own.stop();
  await own.start();
  const placed = new Map<string, string[]>(['a', 'b', 'c'].map((key) => [key, []]));

  for (let number = 0; number < 60; number += 1) {
    for (const [key, ofKey] of placed) {
      ofKey.push(String(number));
      await place(app, key, String(number));
    }
    if (number !== 20 && number !== 40) continue;
    await own.kill();
    await own.start();
  }
  await until(() => [...notes.values()].flat().length >= 180, 60_000);
  await app.settled();

  assert.deepEqual(Object.fromEntries(notes), Object.fromEntries(placed));
});

test('a connection of the application is used, and left open', async (t) => {
  const connection = await connect(server.url);
  t.after(() => connection.close());
  let isClosed = false;
  connection.on('close', () => (isClosed = true));
  const { app, heard } = await scene(t, { connection, prefix: 'given' });
  await place(app, 'o-1');
  await until(() => heard.length === 1);

  await app.stop();

  assert.equal(isClosed, false);
  const channel = await connection.createChannel();
  // The server counts a moment behind: right after a consumer has ended it mostly still says 1.
  const consumers = async (): Promise<number> =>
    (await channel.checkQueue('given.ordering.listening')).consumerCount;
  await until(async () => (await consumers()) === 0);
  assert.equal(await consumers(), 0);
});

test('a message that the server takes none as large as is told, with what to do', async () => {
  const backbone = await opened({ prefix: 'large' });
  const outlet = await backbone.outlet('ordering');
  const large = { ...message(), id: 'm-2', data: JSON.stringify('x'.repeat(300_000)) };

  const refused = published(outlet?.publish([message(), large]));
  const error = await rejection(refused, MessageNotCarriedError);

  assert.equal(error.messageId, 'm-2');
  assert.match(error.message, /"m-2"\. It has 300002 bytes.*Raise max_message_size/s);
  await outlet?.publish([message()]);
  await backbone.close();
});

test('user and password let in who has the right ones, and nobody else', async (t) => {
  const { app, heard } = await scene(t, { url: as('shop', 'right') });
  await place(app, 'o-1');
  await until(() => heard.length === 1);

  for (const [url, said] of [
    [as('shop', 'wrong'), /ACCESS.REFUSED/i],
    [as('other', 'right'), /access to exchange .* refused|ACCESS.REFUSED/i],
  ] as const) {
    const stranger = await opened({ url });
    await assert.rejects(stranger.inlet(consumer()), (error: Error) => {
      assert.match(String((error.cause as Error).message), said);
      return true;
    });
    await stranger.close();
  }
});

test('the rights that the docs name are enough, and reach nothing else', async (t) => {
  const { app, heard } = await scene(t, { url: as('shop', 'right'), prefix: 'thereupon' });
  await place(app, 'o-1');
  await until(() => heard.length === 1);

  const backbone = await opened({ url: as('shop', 'right'), prefix: 'elsewhere' });
  await assert.rejects(backbone.inlet(consumer()), (error: Error) => {
    assert.match(String((error.cause as Error).message), /refused/i);
    return true;
  });
  await backbone.close();
});

test('a server is believed over TLS when the authority that one trusts vouches for it', async (t) => {
  const certificates = makeCertificates('localhost');
  t.after(() => certificates.remove());
  const secure = await startRabbitmq({ certificates });
  t.after(() => secure.close());
  const url = secure.url.replace('127.0.0.1', 'localhost');
  const ca = [readFileSync(certificates.authority)];

  const { app, heard } = await scene(t, { url, socketOptions: { ca } });
  await place(app, 'o-1');
  await until(() => heard.length === 1);
  const stranger = await opened({ url });

  await assert.rejects(stranger.inlet(consumer()), (error: Error) => {
    assert.match(String((error.cause as Error).message), /certificate/i);
    return true;
  });
  await stranger.close();
});

const MADE_ON_3 = { 'x-queue-type': 'quorum', 'x-single-active-consumer': true };

function isOlderThan4(): string | false {
  const version = Number.parseInt(rabbitmqService.find()?.version ?? '', 10);
  return version < 4 && 'no queue has a limit before RabbitMQ 4';
}

/** Somebody has the next message, and ends. */
async function comesBack(queue: string): Promise<void> {
  await withChannel(server.url, async (channel) => {
    await new Promise((resolve) => void channel.consume(queue, resolve));
  });
}

/** A server beside many others on a busy machine takes its time. */
function until(holds: () => boolean | Promise<boolean>, timeoutMs = 30_000): Promise<void> {
  return untilWithin(holds, timeoutMs);
}

async function scene(t: TestContext, options: RabbitmqOptions) {
  const heard: string[] = [];
  const notes = new Map<string, string[]>();
  const context = listening((orderId, event) => {
    heard.push(orderId);
    const { note = '' } = event.data as { readonly note?: string };
    notes.set(orderId, [...(notes.get(orderId) ?? []), note]);
  });
  const backbone = rabbitmq({ url: server.url, ...options });
  const app = await run([ordering, context], { store: memory(), backbone, logger: silent });
  t.after(() => app.stop());
  await app.settled();
  return { app, heard, notes };
}

function place(app: Application, orderId: string, note?: string): Promise<unknown> {
  const data = note === undefined ? { orderId } : { orderId, note };
  return app.transaction(ordering, (tx) => tx.publish(OrderPlaced, data));
}

/** A backbone without an application. */
async function opened(options: RabbitmqOptions): Promise<Backbone> {
  const backbone = rabbitmq({ url: server.url, ...options });
  const published = (): never => assert.fail('Nobody asks for a log here.');
  await backbone.start({ clock: systemClock(), published });
  return backbone;
}

function consumer() {
  return { consumer: 'listening', source: 'ordering', contracts: [OrderPlaced.name], marks: [] };
}

async function published(publishing: Promise<void> | undefined): Promise<void> {
  assert.ok(publishing);
  await publishing;
}

function message(): Envelope {
  return {
    id: 'm-1',
    source: 'ordering',
    type: OrderPlaced.name,
    schemaVersion: 1,
    key: 'k',
    data: JSON.stringify({ orderId: 'o-1' }),
    occurredAt: 0,
    recordedAt: 0,
    correlationId: 'c',
    causationId: 'c',
    traceparent: null,
    metadata: null,
  };
}

function as(user: string, password: string): string {
  const url = new URL(server.url);
  url.username = user;
  url.password = password;
  return url.href;
}

function rightsInDocs(): { configure: string; write: string; read: string } {
  const docs = readFileSync(join(import.meta.dirname, '../../../docs/rabbitmq.md'), 'utf8');
  const found = /set_permissions \S+ '(.*)' '(.*)' '(.*)'/.exec(docs);
  assert.ok(found !== null, 'The docs have lost their rights.');
  const [, configure = '', write = '', read = ''] = found;
  return { configure, write, read };
}
