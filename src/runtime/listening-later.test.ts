/** A context that is changed and started again listens to one more contract of a publisher. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { z } from 'zod';
import { boundedContext } from '../context/bounded-context.ts';
import { contract } from '../contract/contract.ts';
import { type Reaction, whenever } from '../reaction/whenever.ts';
import type { LogLine } from '../telemetry/logger.ts';
import { ConfigurationError } from './configuration.ts';
import { openedStore, rejection, start } from './fixtures/start.ts';
import { run } from './run.ts';

const contractNamed = (name: string) =>
  contract(name, { version: 1, schema: z.object({ id: z.string() }), key: () => 'k' });
const X = contractNamed('a.X');
const Y = contractNamed('a.Y');
const publisher = boundedContext('a', { publishes: [X, Y] });

test('a reaction that begins at the beginning gets what was published before it was added', async (t) => {
  const { live, hear } = scene(t);
  await live([hear('first', X)], ['y1', 'x1', 'y2']);

  const { heard, lines } = await live(
    [hear('first', X), hear('second', Y, 'beginning')],
    ['x2', 'y3'],
  );

  assert.deepEqual(heard, ['x1', 'y1', 'y2', 'x2', 'y3']);
  const line = lines.find(({ event, contracts }) => event === 'listening' && contracts === 'a.Y');
  assert.match(String(line?.['message']), /is taken in first/);
});

test('a reaction that begins now gets nothing of what was published before, after a kill either', async (t) => {
  const { live, hear, store } = scene(t);
  await live([hear('first', X)], ['y1', 'x1', 'y2']);

  const { heard } = await live([hear('first', X), hear('second', Y, 'now')], ['x2', 'y3']);
  store.crash('b');
  const after = await live([hear('first', X), hear('second', Y, 'now')], ['y4']);

  assert.deepEqual(heard, ['x1', 'x2', 'y3', 'y4']);
  assert.ok(after.lines.every(({ event }) => event !== 'listening'));
});

test('one that wants the past and one that must not have it are not added together', async (t) => {
  const { live, hear, store } = scene(t);
  await live([hear('first', X)], ['y1', 'x1']);
  const now = hear('second', Y, 'now');
  const past = hear('third', Y, 'beginning');
  const both = boundedContext('b', { reactions: [hear('first', X), now, past] });

  const error = await rejection(run([publisher, both], { store }), ConfigurationError);
  await live([hear('first', X), past], []);
  const { heard } = await live([hear('first', X), past, now], ['y2']);

  assert.match(error.message, /"second" begins now, and "third" wants the past of "a.Y"/);
  assert.deepEqual(heard, ['x1', 'y1', 'y2', 'y2']);
});

test('on an empty log everything is from the beginning, whatever is said', async (t) => {
  const { live, hear } = scene(t);
  await live([], ['y1']);

  const { heard } = await live([hear('first', Y, 'now'), hear('second', Y)], []);

  assert.deepEqual(heard, ['y1', 'y1']);
});

test('an old action is over although some of it was published before anybody listened', async (t) => {
  const { live, hear, store } = scene(t);
  await live([hear('first', X)], ['y1', 'x1']);
  const contexts = [
    publisher,
    boundedContext('b', { reactions: [hear('first', X), hear('second', Y, 'now')] }),
  ];
  const app = await start(t, contexts, { store });
  await app.settled();
  const [y1] = await store.log('a').read({ after: 0, limit: 1 });

  await app.settled({ correlationId: y1?.correlationId ?? '', timeoutMs: 2_000 });
});

function scene(t: TestContext) {
  const store = openedStore();
  const heard: string[] = [];
  const hear = (name: string, to: typeof X, startFrom?: 'beginning' | 'now') =>
    whenever(name, to, (event) => void heard.push(event.data.id), startFrom && { startFrom });
  /** One life of the application, in which this is published. */
  const live = async (reactions: readonly Reaction[], ids: readonly string[]) => {
    const lines: LogLine[] = [];
    const app = await start(t, [publisher, boundedContext('b', { reactions })], {
      store,
      logger: { log: (line) => lines.push(line) },
    });
    await app.settled();
    for (const id of ids)
      await app.transaction(publisher, (tx) => tx.publish(id.startsWith('x') ? X : Y, { id }));
    await app.settled();
    await app.stop();
    return { heard, lines };
  };
  return { live, hear, store };
}
