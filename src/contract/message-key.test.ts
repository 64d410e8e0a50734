import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { aggregate } from '../aggregate/aggregate.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { publish } from '../context/publication.ts';
import type { Fact } from '../message/fact.ts';
import { KEY_CHARACTERS_MAX } from '../message/key.ts';
import { openedStore, rejection, start } from '../runtime/fixtures/start.ts';
import { contract } from './contract.ts';
import { MessageKeyError } from './message-key.ts';

const tooLong = 'k'.repeat(KEY_CHARACTERS_MAX + 1);
const noKeys: readonly (readonly [string, () => unknown, unknown, RegExp])[] = [
  ['undefined', () => undefined, undefined, /is undefined, not text/],
  ['a number', () => 7, 7, /is a number, not text/],
  ['empty text', () => '', '', /is empty/],
  ['text beyond the bound', () => tooLong, tooLong, /has 1001 characters, at most 1000/],
  ['an error', () => fails('no such field'), undefined, /threw: no such field/],
];

for (const [what, key, given, message] of noKeys) {
  test(`a message whose key is ${what} is refused, and nothing is written with it`, async (t) => {
    const { app, store, counter, counting, Counted } = await scene(t, key);

    const handling = app.handle(counter, 'a', { type: 'Count', data: {} });
    const transaction = app.transaction(counting, (tx) => tx.publish(Counted, {}));

    for (const refused of [handling, transaction]) {
      const error = await rejection(refused, MessageKeyError);
      const { contract: name, version, key: found } = error;
      assert.deepEqual([name, version, found], ['counting.Counted', 3, given]);
      assert.match(error.message, /^The key of "counting\.Counted" version 3 /);
      assert.match(error.message, message);
    }
    assert.equal(await store.log('counting').head(), 0);
  });
}

test('the longest key there may be is taken', async (t) => {
  const longest = 'k'.repeat(KEY_CHARACTERS_MAX);
  const { app, store, counting, Counted } = await scene(t, () => longest);

  await app.transaction(counting, (tx) => tx.publish(Counted, {}));

  const [record] = await store.log('counting').read({ after: 0, limit: 1 });
  assert.equal(record?.key, longest);
});

/** A context that publishes whenever it counts, under a key of the test's making. */
async function scene(t: Parameters<typeof start>[0], key: () => unknown) {
  const Counted = contract('counting.Counted', {
    version: 3,
    schema: z.object({}),
    key: key as () => string,
    upcasters: { steps: [(data) => data, (data) => data] },
  });
  const counter = aggregate({
    name: 'counter',
    initial: {},
    decide: (_command: Fact<'Count', object>) => [{ type: 'Counted' as const, data: {} }],
    evolve: (_state: object, _event: Fact<'Counted', object>) => ({}),
  });
  const counting = boundedContext('counting', {
    aggregates: [counter],
    publishes: [publish(Counted, counter, 'Counted', () => ({}))],
  });
  const store = openedStore();
  return { app: await start(t, [counting], { store }), store, counter, counting, Counted };
}

function fails(message: string): never {
  throw new Error(message);
}
