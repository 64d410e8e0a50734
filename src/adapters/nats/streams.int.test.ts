/**
 * Streams that are there already, that go away, and that a server brings back after its end.
 *
 * no testLog: NATS is between contexts; their logs are in a store.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { type NatsServer, startNats } from '../../../scripts/services/nats.ts';
import { makeCertificates } from '../../../scripts/services/process/certificates.ts';
import type { Backbone } from '../../backbone/backbone.ts';
import { systemClock } from '../../host/clock.ts';
import type { Application } from '../../runtime/application.ts';
import { run } from '../../runtime/run.ts';
import { type Logger, silent } from '../../telemetry/logger.ts';
import { memory } from '../memory/memory-store.ts';
import { rejection, start, until } from '../../runtime/fixtures/start.ts';
import { publishBare } from './fixtures/bare-client.ts';
import { listening, ordering, OrderPlaced } from '../../runtime/fixtures/heard-ordering.ts';
import { type NatsOptions, nats } from './nats-backbone.ts';
import { type JetStreamManager, loadClient, type NatsConnection } from './nats-client.ts';
import { NatsStreamError } from './publisher-stream.ts';
import { StreamCursor } from './stream-cursor.ts';

let server: NatsServer;
let connection: NatsConnection;
let manager: JetStreamManager;
before(async () => {
  server = await startNats();
  [connection, manager] = await connected(server);
});
after(async () => {
  await connection?.close();
  await server?.close();
});

for (const [what, prefix, stream, said] of [
  [
    'that keeps other subjects',
    'other',
    { name: 'other_ordering', subjects: ['elsewhere.>'] },
    /"other_ordering" on NATS does not keep the subjects other\.ordering\.>/,
  ],
  [
    'that forgets what was read',
    'queue',
    { name: 'queue_ordering', subjects: ['queue.ordering.>'], retention: 'workqueue' },
    /has the retention "workqueue" instead of "limits"/,
  ],
  [
    'that keeps the last message of each contract only',
    'last',
    { name: 'last_ordering', subjects: ['last.ordering.>'], max_msgs_per_subject: 1 },
    /keeps only 1 message of each contract \(max_msgs_per_subject\)/,
  ],
  [
    'that confirms nothing',
    'mute',
    { name: 'mute_ordering', subjects: ['mute.ordering.>'], no_ack: true },
    /confirms no message \(no_ack\)/,
  ],
  [
    'that copies another one',
    'copy',
    { name: 'copy_ordering', mirror: { name: 'nothing' } },
    /does not keep the subjects copy\.ordering\.>/,
  ],
  [
    'of another name that keeps our subjects',
    'taken',
    { name: 'mine', subjects: ['taken.>'] },
    /"taken_ordering" on NATS cannot be made: .*subjects overlap/,
  ],
] as const)
  test(`a stream ${what} is left as it is, and named`, async (t) => {
    await manager.streams.add(stream);
    const before = await manager.streams.info(stream.name);
    const backbone = await opened({ servers: server.url, prefix });
    t.after(() => backbone.close());

    const consumer = { consumer: 'listening', source: 'ordering', contracts: [], marks: [] };
    const error = await rejection(backbone.inlet(consumer), NatsStreamError);

    assert.match(error.message, said);
    assert.equal(error.retryable, false);
    assert.deepEqual((await manager.streams.info(stream.name)).config, before.config);
  });

test('a stream that is made here has the settings that are asked for, and one that is there keeps its own', async (t) => {
  const streamSettings = { max_age: 86_400e9, max_bytes: 10_000_000, discard: 'new' } as const;
  const { app, heard } = await scene(t, { prefix: 'set', streamSettings });
  await place(app, 'o-1');
  await until(() => heard.length === 1);

  await scene(t, { prefix: 'set', streamSettings: { max_age: 2 * 86_400e9 } });

  const { config } = await manager.streams.info('set_ordering');
  const { max_age, max_bytes, discard } = config as Partial<typeof streamSettings>;
  assert.deepEqual({ max_age, max_bytes, discard }, streamSettings);
});

test('a stream that is full and refuses new messages keeps them waiting in the outbox, in order', async (t) => {
  const streamSettings = { max_msgs: 1, discard: 'new' } as const;
  const { app, heard } = await scene(t, { prefix: 'full', streamSettings });
  for (const orderId of ['o-1', 'o-2']) await place(app, orderId);
  await until(() => heard.length === 1);
  const { streams } = manager as unknown as { streams: { purge(name: string): Promise<unknown> } };

  await until(async () => (await app.health()).status === 'red');
  await streams.purge('full_ordering');
  await until(() => heard.length === 2, 20_000);

  assert.deepEqual(heard, ['o-1', 'o-2']);
});

test('a prefix with dots leads to a stream without', async (t) => {
  const { app, heard } = await scene(t, { prefix: 'my.app' });

  await place(app, 'o-1');
  await until(() => heard.length === 1);

  const { config } = await manager.streams.info('my_app_ordering');
  assert.deepEqual(config.subjects, ['my.app.ordering.>']);
});

test('a stream with limits of its owner is used as it is', async (t) => {
  const minute = 60e9;
  const subjects = ['limited.ordering.>'];
  await manager.streams.add({ name: 'limited_ordering', subjects, max_age: minute });
  const { app, heard } = await scene(t, { prefix: 'limited' });

  await place(app, 'o-1');
  await until(() => heard.length === 1);

  const { config } = await manager.streams.info('limited_ordering');
  assert.equal((config as { max_age?: number }).max_age, minute);
});

test('who was away while limits dropped messages says so, and goes on behind no gap', async (t) => {
  const subjects = ['gap.ordering.>'];
  await manager.streams.add({ name: 'gap_ordering', subjects, max_msgs: 2 });
  const store = memory();
  const heard: string[] = [];
  const context = listening((orderId) => void heard.push(orderId));
  const backbone = (): Backbone => nats({ servers: server.url, prefix: 'gap' });
  const before = await run([ordering, context], { store, backbone: backbone(), logger: silent });
  await place(before, 'o-1');
  await until(() => heard.length === 1);
  await before.stop();

  for (const id of ['o-2', 'o-3', 'o-4', 'o-5'])
    await publishBare(server.url, 'gap.ordering.OrderPlaced', JSON.stringify({ orderId: id }));
  const codes: unknown[] = [];
  const logger: Logger = { log: (line) => void codes.push('code' in line ? line.code : undefined) };
  await start(t, [ordering, context], { store, backbone: backbone(), logger });
  await until(() => codes.includes('records-dropped'));

  assert.deepEqual(heard, ['o-1']);
});

test('a stream that is made anew while it is read is read from its beginning, and nothing comes twice', async (t) => {
  const { app, heard } = await scene(t, { prefix: 'anew' });
  await place(app, 'o-1');
  await until(() => heard.length === 1);

  const { streams } = manager as unknown as {
    streams: { delete(name: string): Promise<boolean> };
  };
  await streams.delete('anew_ordering');
  await manager.streams.add({ name: 'anew_ordering', subjects: ['anew.ordering.>'] });
  await publishBare(server.url, 'anew.ordering.OrderPlaced', JSON.stringify({ orderId: 'o-2' }));
  await place(app, 'o-3');
  await until(() => heard.includes('o-2') && heard.includes('o-3'), 20_000);

  assert.deepEqual(heard.toSorted(), ['o-1', 'o-2', 'o-3']);
});

const KEYS = ['o-1', 'o-2', 'o-3'];

test('what was confirmed survives the end of the server by SIGKILL, in order per key', async (t) => {
  const own = await startNats();
  t.after(() => own.close());
  const heard = new Map<string, (string | undefined)[]>(KEYS.map((key) => [key, []]));
  const context = listening((orderId, { data }) => {
    heard.get(orderId)?.push((data as { note?: string }).note);
  });
  const backbone = nats({ servers: own.url });
  const app = await start(t, [ordering, context], { backbone });
  await app.settled();
  const notes = Array.from({ length: 60 }, (_, index) => `${index}`);

  for (const [index, note] of notes.entries()) {
    const publish = KEYS.map((orderId) =>
      app.transaction(ordering, (tx) => tx.publish(OrderPlaced, { orderId, note })),
    );
    if (index % 20 === 10) {
      // While they are handed over.
      await own.kill();
      await own.start();
    }
    await Promise.all(publish);
  }
  const count = (): number => [...heard.values()].reduce((sum, { length }) => sum + length, 0);
  await until(() => count() >= KEYS.length * notes.length, 30_000);
  await app.settled();

  for (const key of KEYS) assert.deepEqual(heard.get(key), notes, key);
});

test('a connection of the application is used, and left open', async (t) => {
  const { app, heard } = await scene(t, { connection, prefix: 'given' });
  await place(app, 'o-1');
  await until(() => heard.length === 1);

  await app.stop();

  assert.equal(connection.isClosed(), false);
  const { streams } = manager as unknown as { streams: { info(name: string): Promise<Info> } };
  type Info = { readonly state: { readonly consumer_count: number } };
  assert.equal((await streams.info('given_ordering')).state.consumer_count, 0);
});

for (const timeoutMs of [10, 2_000, 5_000])
  test(`a reader waits ${timeoutMs} ms for the next message, and hears that there is none`, async () => {
    const name = `empty-${timeoutMs}`;
    await manager.streams.add({ name, subjects: [name] });
    const client = await loadClient();
    const reached = { connection, manager, jetstream: client.jetstream(connection), client };

    const cursor = await StreamCursor.open(reached, name, 0);

    assert.equal(await cursor.wait(timeoutMs), false);
    await cursor.close();
  });

const PASSWORD = 'authorization { user: "shop", password: "r:i@ght" }';
const TOKEN = 'authorization { token: "right" }';

for (const [how, configuration, right, wrong] of [
  ['user and password', PASSWORD, { user: 'shop', pass: 'r:i@ght' }, { user: 'shop', pass: 'no' }],
  ['a token', TOKEN, { token: 'right' }, { token: 'wrong' }],
  ['user and password in the address', PASSWORD, 'shop:r%3Ai%40ght@', 'shop:wrong@'],
  ['a token in the address', TOKEN, 'right@', 'wrong@'],
] as const)
  test(`${how} let in who has the right ones, and nobody else`, async (t) => {
    const guarded = await startNats({ configuration });
    t.after(() => guarded.close());
    const as = (credentials: object | string): NatsOptions =>
      typeof credentials === 'string'
        ? { servers: [guarded.url.replace('//', `//${credentials}`)] }
        : { servers: guarded.url, ...credentials };
    const { app, heard } = await scene(t, as(right));
    await place(app, 'o-1');
    await until(() => heard.length === 1);

    const stranger = await opened(as(wrong));
    t.after(() => stranger.close());
    const consumer = { consumer: 'x', source: 'ordering', contracts: [], marks: [] };

    await assert.rejects(stranger.inlet(consumer), (error: Error) => {
      assert.match(String((error.cause as Error).message), /Authorization/i);
      return true;
    });
  });

test('the rights that the docs name are enough', async (t) => {
  const docs = readFileSync(join(import.meta.dirname, '../../../docs/nats.md'), 'utf8');
  const rights = /```text nats\n([^`]*)```/.exec(docs)?.[1];
  assert.ok(rights !== undefined, 'The docs have lost their rights.');
  const user = `{ user: "shop", password: "right", permissions: { ${rights} } }`;
  const guarded = await startNats({ configuration: `authorization { users: [${user}] }` });
  t.after(() => guarded.close());

  const { app, heard } = await scene(t, { servers: guarded.url, user: 'shop', pass: 'right' });
  await place(app, 'o-1');
  await until(() => heard.length === 1);
  await app.stop();

  assert.doesNotMatch(guarded.log(), /Permissions Violation/i);
});

test('a server is believed over TLS when the authority that one trusts vouches for it', async (t) => {
  const certificates = makeCertificates('localhost');
  t.after(() => certificates.remove());
  const secure = await startNats({ certificates });
  t.after(() => secure.close());
  const servers = secure.url.replace('127.0.0.1', 'localhost');

  const { app, heard } = await scene(t, { servers, tls: { caFile: certificates.authority } });
  await place(app, 'o-1');
  await until(() => heard.length === 1);
  const stranger = await opened({ servers, tls: {} });
  const consumer = { consumer: 'x', source: 'ordering', contracts: [], marks: [] };

  await assert.rejects(stranger.inlet(consumer), (error: Error) => {
    assert.match(String((error.cause as Error).message), /certificate/i);
    return true;
  });
  await stranger.close();
});

async function opened(options: NatsOptions) {
  const backbone = nats(options);
  const published = (): Promise<never> => Promise.reject(new Error('nobody reads a log here'));
  await backbone.start({ clock: systemClock(), published });
  return backbone;
}

async function connected({ url }: NatsServer): Promise<[NatsConnection, JetStreamManager]> {
  const { connect, jetstreamManager } = await loadClient();
  const made = await connect({ servers: url });
  return [made, await jetstreamManager(made, { checkAPI: true, timeout: 5_000 })];
}

async function scene(t: TestContext, options: NatsOptions) {
  const heard: string[] = [];
  const context = listening((orderId) => void heard.push(orderId));
  const backbone = nats({ servers: server.url, ...options });
  const app = await start(t, [ordering, context], { backbone });
  await app.settled();
  return { app, heard };
}

async function place(app: Application, orderId: string): Promise<void> {
  await app.transaction(ordering, (tx) => tx.publish(OrderPlaced, { orderId }));
}
