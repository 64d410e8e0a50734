/** Messages of others, who know nothing of us, and what others see of ours. */
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { CloudEvent, HTTP } from 'cloudevents';
import { z } from 'zod';
import { type NatsServer, startNats } from '../../../scripts/services/nats.ts';
import { type BoundedContext, boundedContext } from '../../context/bounded-context.ts';
import { contract } from '../../contract/contract.ts';
import type { Fact, Recorded } from '../../message/fact.ts';
import { whenever } from '../../reaction/whenever.ts';
import { start, until } from '../../runtime/fixtures/start.ts';
import { nextOnTheWire, publishBare } from './fixtures/bare-client.ts';
import { listening, ordering, OrderPlaced } from '../../runtime/fixtures/heard-ordering.ts';
import { type NatsOptions, nats } from './nats-backbone.ts';

let server: NatsServer;
before(async () => {
  server = await startNats();
});
after(() => server?.close());

const DATA = JSON.stringify({ orderId: 'o-1' });

test('a message without any attribute is what its subject says, and is taken in once', async (t) => {
  const { heard, publish } = await scene(t, 'plain');

  await publish('OrderPlaced', DATA);
  await until(() => heard.length === 1);

  const [event] = heard;
  assert.equal(event?.id, 'plain_ordering/1');
  assert.deepEqual(event.data, { orderId: 'o-1' });
});

test('a CloudEvent is read in both modes, whoever wrote it', async (t) => {
  const { heard, publish } = await scene(t, 'modes');
  const attributes = { source: '/legacy', type: OrderPlaced.name, time: '2026-05-01T10:00:00Z' };
  const [binary, structured] = ['e-1', 'e-2'].map(
    (id, index) => new CloudEvent({ ...attributes, id, data: { orderId: `o-${index + 1}` } }),
  ) as [CloudEvent<object>, CloudEvent<object>];

  // The SDK has no binding of NATS; by names the attributes are those of HTTP.
  for (const { headers, body } of [HTTP.binary(binary), HTTP.structured(structured)])
    await publish('anything', String(body), headers);
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
const STRANGE: readonly (readonly [string, string | Uint8Array, Record<string, string>])[] = [
  ['ten megabytes', JSON.stringify({ orderId: 'o-1', note: 'x'.repeat(10 * 1_048_576) }), {}],
];

for (const [index, [what, data, attributes]] of STRANGE.entries())
  test(`${what} is parked with its reason, and blocks nobody`, async (t) => {
    const { app, heard, publish } = await scene(t, `strange${index}`);

    await publish('OrderPlaced', data, attributes);
    await publish('OrderPlaced', JSON.stringify({ orderId: 'o-2' }));
    await until(() => heard.length === 1);
    const parked = await app.parked();

    assert.deepEqual(heard[0]?.data, { orderId: 'o-2' });
    assert.equal(parked.length, 1);
    assert.equal(parked[0]?.recordId, `strange${index}_ordering/1`);
    assert.ok((parked[0]?.error?.message ?? '').length > 10);
  });

test('a message that nobody listens to is passed', async (t) => {
  const { app, heard, publish } = await scene(t, 'unknown');

  await publish('SomethingElse', DATA);
  await publish('OrderPlaced', DATA);
  await until(() => heard.length === 1);

  assert.deepEqual(await app.parked(), []);
});

test('a message by the subject of a contract that says to be another one, which nobody knows, is parked, and blocks nobody', async (t) => {
  const { app, heard, publish } = await scene(t, 'misnamed');
  const attributes = { 'ce-id': 'strange', 'ce-type': 'ordering.SomethingElse' };

  await publish('OrderPlaced', DATA, attributes);
  await publish('OrderPlaced', JSON.stringify({ orderId: 'o-2' }));
  await until(() => heard.length === 1);
  const parked = await app.parked();

  assert.deepEqual(heard[0]?.data, { orderId: 'o-2' });
  assert.deepEqual(
    parked.map(({ recordId, error }) => ({ recordId, code: error?.code })),
    [{ recordId: 'strange', code: 'unknown-contract' }],
  );
  assert.match(parked[0]?.error?.message ?? '', /"ordering\.SomethingElse"/);
});

test('where all contracts of a publisher have one subject, another type is one that is not listened to', async (t) => {
  const names = { subject: () => 'shared.ordering.all' };
  const { app, heard, publish } = await scene(t, 'shared', { names });

  await publish('all', DATA, { 'ce-type': 'ordering.SomethingElse' });
  await publish('all', DATA, { 'ce-type': OrderPlaced.name });
  await until(() => heard.length === 1);

  assert.deepEqual(await app.parked(), []);
});

test('a message by the subject of one contract that is of another one goes to those who listen to that, and to nobody else', async (t) => {
  const { app, heard, publish } = await scene(t, 'crossed', {}, [refunding, refunds]);

  await publish('OrderPlaced', DATA, { 'ce-type': OrderRefunded.name });
  await publish('OrderPlaced', JSON.stringify({ orderId: 'o-2' }));
  await until(() => heard.length === 1);

  assert.deepEqual(heard[0]?.data, { orderId: 'o-2' });
  assert.deepEqual(await app.parked(), []);
});

test('what we publish is a CloudEvent to a bare client and to the SDK', async (t) => {
  const { app } = await scene(t, 'ours');
  const next = await nextOnTheWire(server.url, 'ours.ordering.>');

  await app.transaction(ordering, (tx) =>
    tx.publish(OrderPlaced, { orderId: 'größe "1" 🎁', note: 'ä' }),
  );
  const { headers, body } = await next();
  const event = HTTP.toEvent<{ orderId: string }>({ headers, body });

  assert.ok(!Array.isArray(event));
  assert.ok(new CloudEvent(event).validate());
  assert.equal(event.type, 'ordering.OrderPlaced');
  assert.equal(event.source, '/ordering');
  assert.equal(decodeURIComponent(String(event['partitionkey'])), 'größe "1" 🎁');
  assert.deepEqual(event.data, { orderId: 'größe "1" 🎁', note: 'ä' });
  assert.equal(headers['nats-msg-id'], event.id);
});

const OrderRefunded = contract('ordering.OrderRefunded', {
  version: 1,
  schema: z.object({ orderId: z.string() }),
  key: (data) => data.orderId,
});
const refunding = boundedContext('ordering', { publishes: [OrderPlaced, OrderRefunded] });
/** It listens in a process of its own. */
const refunds = boundedContext('refunds', {
  reactions: [whenever('hear', OrderRefunded, () => undefined, { startFrom: 'beginning' })],
});

async function scene(
  t: TestContext,
  prefix: string,
  options: NatsOptions = {},
  others: readonly BoundedContext[] = [ordering],
) {
  const heard: Recorded<Fact>[] = [];
  const context = listening((_, event) => void heard.push(event));
  const backbone = nats({ servers: server.url, prefix, ...options });
  const only = ['ordering', 'listening'];
  const app = await start(t, [...others, context], { backbone, only });
  // By now the stream is there.
  await app.settled();
  const publish = (type: string, data: string | Uint8Array, attributes = {}): Promise<void> =>
    publishBare(server.url, `${prefix}.ordering.${type}`, data, attributes);
  return { app, heard, publish };
}
