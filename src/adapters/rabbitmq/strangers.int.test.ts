/** Messages of others, who know nothing of us, and what others see of ours. */
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { CloudEvent, HTTP } from 'cloudevents';
import { type RabbitmqServer, startRabbitmq } from '../../../scripts/services/rabbitmq.ts';
import type { Fact, Recorded } from '../../message/fact.ts';
import { listening, ordering, OrderPlaced } from '../../runtime/fixtures/heard-ordering.ts';
import { start, until as untilWithin } from '../../runtime/fixtures/start.ts';
import { nextPublished, publishBare, withChannel } from './fixtures/bare-client.ts';
import { rabbitmq } from './rabbitmq-backbone.ts';

let server: RabbitmqServer;
before(async () => {
  server = await startRabbitmq();
});
after(() => server?.close());

const DATA = JSON.stringify({ orderId: 'o-1' });

test('a message without any attribute is what its routing key says, and none of two that are alike vanishes', async (t) => {
  const { heard, publish } = await scene(t, 'plain');

  await publish(OrderPlaced.name, DATA);
  await publish(OrderPlaced.name, DATA);
  await publish(OrderPlaced.name, DATA, { messageId: 'm-1' });
  await publish(OrderPlaced.name, DATA, { messageId: 'm-1' });
  await publish(OrderPlaced.name, JSON.stringify({ orderId: 'last' }));
  await until(() => heard.some(({ data }) => (data as { orderId: string }).orderId === 'last'));

  assert.deepEqual(
    heard.map(({ data }) => data),
    [...Array.from({ length: 3 }, () => ({ orderId: 'o-1' })), { orderId: 'last' }],
  );
  assert.equal(heard[2]?.id, 'm-1');
});

for (const [scope, prefix] of [
  ['colon', 'cloudEvents:'],
  ['underscore', 'cloudEvents_'],
] as const)
  test(`a CloudEvent is read in both modes, attributes beginning with ${prefix}`, async (t) => {
    const { heard, publish } = await scene(t, `modes-${scope}`);
    const attributes = { source: '/legacy', type: OrderPlaced.name, time: '2026-05-01T10:00:00Z' };
    const [binary, structured] = ['e-1', 'e-2'].map(
      (id, index) => new CloudEvent({ ...attributes, id, data: { orderId: `o-${index + 1}` } }),
    ) as [CloudEvent<object>, CloudEvent<object>];

    // The SDK has no binding of AMQP; by names the attributes are those of HTTP.
    for (const { headers, body } of [HTTP.binary(binary), HTTP.structured(structured)]) {
      const { 'content-type': contentType, ...others } = headers;
      const named = Object.entries(others).map(([name, value]) => [
        name.replace(/^ce-/, prefix),
        value,
      ]);
      const options = { contentType, headers: Object.fromEntries(named) as object };
      await publish(OrderPlaced.name, String(body), options);
    }
    await until(() => heard.length === 2);

    assert.deepEqual(
      heard.map(({ id, data }) => ({ id, data })),
      [
        { id: 'e-1', data: { orderId: 'o-1' } },
        { id: 'e-2', data: { orderId: 'o-2' } },
      ],
    );
    assert.equal(heard[1]?.occurredAt, '2026-05-01T10:00:00.000Z');
  });

/** Beside what every backbone is held to by its conformance suite. */
const STRANGE: readonly (readonly [string, string | Uint8Array, Record<string, unknown>])[] = [
  ['ten megabytes', JSON.stringify({ orderId: 'o-1', note: 'x'.repeat(10 * 1_048_576) }), {}],
  ['headers that are no texts', JSON.stringify({ orderId: 7 }), { x: [1, { y: null }], b: true }],
];

for (const [index, [what, data, headers]] of STRANGE.entries())
  test(`${what} is parked with its reason, and blocks nobody`, async (t) => {
    const { app, heard, publish } = await scene(t, `strange${index}`);

    await publish(OrderPlaced.name, data, { messageId: 'strange', headers });
    await publish(OrderPlaced.name, JSON.stringify({ orderId: 'o-2' }));
    await until(() => heard.length === 1);
    const parked = await app.parked();

    assert.deepEqual(heard[0]?.data, { orderId: 'o-2' });
    assert.equal(parked.length, 1);
    assert.equal(parked[0]?.recordId, 'strange');
    assert.ok((parked[0]?.error?.message ?? '').length > 10);
  });

test('a message that nobody listens to is passed', async (t) => {
  const { app, heard, publish } = await scene(t, 'unknown');

  await publish('ordering.SomethingElse', DATA);
  await publish(OrderPlaced.name, DATA);
  await until(() => heard.length === 1);

  assert.deepEqual(await app.parked(), []);
});

test('what is sent straight into the queue is what its type says, and is taken in', async (t) => {
  const { app, heard } = await scene(t, 'straight');
  const send = (options: object, orderId: string): Promise<void> =>
    publishBare(server.url, '', 'straight.ordering.listening', orderIs(orderId), options);
  const attributes = { id: 'e-1', source: '/legacy', specversion: '1.0', type: OrderPlaced.name };
  const headers = Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [`cloudEvents:${name}`, value]),
  );

  await send({ headers, contentType: 'application/json' }, 'o-1');
  await send({ headers: { ...headers, 'cloudEvents:id': 'e-2' } }, 'o-2');
  await until(() => heard.length === 2);

  assert.deepEqual(
    heard.map(({ id, data }) => ({ id, data })),
    [
      { id: 'e-1', data: { orderId: 'o-1' } },
      { id: 'e-2', data: { orderId: 'o-2' } },
    ],
  );
  assert.deepEqual(await app.parked(), []);
});

const NO_CONTRACTS: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
  [
    'a type that is no contract here',
    { headers: { 'cloudEvents:type': 'ordering.SomethingElse' } },
    /"ordering\.SomethingElse"/,
  ],
  ['no type at all', {}, /"none1\.ordering\.listening \(without cloudEvents:type\)"/],
];

for (const [index, [what, options, named]] of NO_CONTRACTS.entries())
  test(`what is sent straight into the queue with ${what} is parked, and blocks nobody`, async (t) => {
    const { app, heard, publish } = await scene(t, `none${index}`);
    const sent = { messageId: 'strange', ...options };

    await publishBare(server.url, '', `none${index}.ordering.listening`, DATA, sent);
    await publish(OrderPlaced.name, DATA);
    await until(() => heard.length === 1);
    const parked = await app.parked();

    assert.deepEqual(
      parked.map(({ recordId, error }) => ({ recordId, code: error?.code })),
      [{ recordId: 'strange', code: 'unknown-contract' }],
    );
    assert.match(parked[0]?.error?.message ?? '', named);
  });

test('what comes by another exchange that is bound to ours is not lost, whatever its routing key is', async (t) => {
  const { app, heard } = await scene(t, 'company');
  const typed = { messageId: 'm-1', headers: { 'cloudEvents:type': OrderPlaced.name } };
  await withChannel(server.url, async (channel) => {
    await channel.assertExchange('company.events', 'topic', { durable: true });
    await channel.bindExchange('company.ordering', 'company.events', '#');
    await channel.bindQueue('company.ordering.listening', 'company.ordering', 'orders.#');
  });

  await publishBare(server.url, 'company.events', 'orders.placed', DATA, typed);
  await publishBare(server.url, 'company.events', 'orders.gone', DATA, { messageId: 'm-2' });
  await publishBare(server.url, 'company.events', OrderPlaced.name, DATA, { messageId: 'm-3' });
  await until(() => heard.length === 2);

  assert.deepEqual(
    heard.map(({ id }) => id),
    ['m-1', 'm-3'],
  );
  const parked = await app.parked();
  assert.deepEqual(
    parked.map(({ recordId }) => recordId),
    ['m-2'],
  );
});

test('what an older release listened to is left out, unless its type is listened to', async (t) => {
  const { app, heard, publish } = await scene(t, 'older');
  await withChannel(server.url, (channel) =>
    channel.bindQueue('older.ordering.listening', 'older.ordering', 'ordering.Older'),
  );
  const headers = { 'cloudEvents:type': OrderPlaced.name };

  await publish('ordering.Older', orderIs('left out'));
  await publish('ordering.Older', orderIs('o-1'), { headers });
  await until(() => heard.length === 1);

  assert.deepEqual(heard[0]?.data, { orderId: 'o-1' });
  assert.deepEqual(await app.parked(), []);
});

test('what we publish is a CloudEvent to a bare client and to the SDK', async (t) => {
  const { app } = await scene(t, 'ours');
  const next = await nextPublished(server.url, 'ours.ordering');

  await app.transaction(ordering, (tx) =>
    tx.publish(OrderPlaced, { orderId: 'größe "1" 🎁', note: 'ä' }),
  );
  const { content, fields, properties } = await next();

  assert.equal(fields.routingKey, 'ordering.OrderPlaced');
  assert.equal(properties.contentType, 'application/json');
  assert.equal(properties.deliveryMode, 2);
  // The SDK has no binding of AMQP; by names the attributes are those of HTTP.
  const headers = Object.fromEntries(
    Object.entries(properties.headers ?? {}).map(([name, value]) => [
      name.replace(/^cloudEvents:/, 'ce-'),
      String(value),
    ]),
  );
  headers['content-type'] = String(properties.contentType);
  const event = HTTP.toEvent<{ orderId: string }>({ headers, body: content.toString() });
  assert.ok(!Array.isArray(event));
  assert.ok(new CloudEvent(event).validate());
  assert.equal(event.type, 'ordering.OrderPlaced');
  assert.equal(event.source, '/ordering');
  assert.equal(event['partitionkey'], 'größe "1" 🎁');
  assert.deepEqual(event.data, { orderId: 'größe "1" 🎁', note: 'ä' });
  assert.equal(properties.messageId, event.id);
});

/** A server beside many others on a busy machine takes its time. */
function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  return untilWithin(holds, 30_000);
}

function orderIs(orderId: string): string {
  return JSON.stringify({ orderId });
}

async function scene(t: TestContext, prefix: string) {
  const heard: Recorded<Fact>[] = [];
  const context = listening((_, event) => void heard.push(event));
  const app = await start(t, [ordering, context], {
    backbone: rabbitmq({ url: server.url, prefix }),
  });
  // By now the queue is there.
  await app.settled();
  const publish = (type: string, data: string | Uint8Array, options = {}): Promise<void> =>
    publishBare(server.url, `${prefix}.ordering`, type, data, options);
  return { app, heard, publish };
}
