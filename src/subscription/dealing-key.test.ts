import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { aggregate } from '../aggregate/aggregate.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { contract } from '../contract/contract.ts';
import type { Fact } from '../message/fact.ts';
import { KEY_CHARACTERS_MAX } from '../message/key.ts';
import { effect } from '../reaction/effect.ts';
import { whenever } from '../reaction/whenever.ts';
import { readModel, type } from '../read-model/read-model.ts';
import type { Application } from '../runtime/application.ts';
import { openedStore, rejection, settledOrParked, start } from '../runtime/fixtures/start.ts';
import { DealingKeyError } from './dealing-key.ts';

const Sent = contract('sending.Sent', {
  version: 1,
  schema: z.object({ number: z.number() }),
  key: ({ number }) => `n-${number}`,
});
const sending = boundedContext('sending', { publishes: [Sent] });

const noKeys: readonly (readonly [string, () => unknown, RegExp])[] = [
  ['undefined', () => undefined, /gave a key that is undefined, not text/],
  ['a number', () => 7, /gave a key that is a number, not text/],
  ['empty text', () => '', /gave a key that is empty/],
  [
    'text beyond the bound',
    () => 'k'.repeat(KEY_CHARACTERS_MAX + 1),
    /has 1001 characters, at most 1000/,
  ],
  [
    'nothing but an error',
    () => {
      throw new Error('no such field');
    },
    /threw: no such field/,
  ],
];

for (const [what, bad, message] of noKeys) {
  test(`a reaction whose "by" gives ${what} parks the record, and goes on with the others`, async (t) => {
    const seen: number[] = [];
    const by = keyed(bad);
    const note = whenever('note', Sent, ({ data }) => void seen.push(data.number), { by });
    const receiving = boundedContext('receiving', { reactions: [note] });
    const app = await start(t, [sending, receiving]);

    // More than would pause it if they were failures that may go away.
    const parked = await parkedOf(app, 12);

    assert.deepEqual(seen, [100]);
    for (const { error, attempts } of parked) {
      assert.equal(error?.code, 'dealing-key');
      assert.match(error?.message ?? '', /The "by" of "note"/);
      assert.match(error?.message ?? '', message);
      assert.equal(attempts, 1);
    }
  });
}

test('an effect and a read model whose "by" gives no text park the record, and go on', async (t) => {
  const seen: number[] = [];
  const by = keyed(() => undefined);
  const perform = async ({ data }: Fact<string, { number: number }>) => void seen.push(data.number);
  const book = readModel({
    name: 'book',
    version: 1,
    document: type<{ number: number }>(),
    from: [Sent],
    by: keyed(() => ['fine', 7]),
    evolve: { 'sending.Sent': (_, { data }) => ({ number: data.number }) },
  });
  const receiving = boundedContext('receiving', {
    effects: [effect({ name: 'do', on: Sent, perform, by })],
    readModels: [book],
  });
  const app = await start(t, [sending, receiving]);

  const parked = await parkedOf(app, 1);

  assert.deepEqual(
    parked.map(({ subscription, error }) => `${subscription}: ${error?.code}`).toSorted(),
    ['book@1: dealing-key', 'do: dealing-key'],
  );
  assert.deepEqual(seen, [100]);
  assert.deepEqual(await app.read(book).find(), [{ number: 100 }]);
});

test('a command is refused when an inline read model gives no key for its event', async (t) => {
  const account = aggregate({
    name: 'account',
    initial: {},
    decide: ({ data }: Fact<'Open', { readonly id: string }>) => [
      { type: 'Opened' as const, data },
    ],
    evolve: (_state: object, _event: Fact<'Opened', { readonly id: string }>) => ({}),
  });
  const book = readModel({
    name: 'book',
    version: 1,
    document: type<{ id: string }>(),
    from: [account],
    by: () => 7 as never,
    evolve: { Opened: (_, { data }) => data },
    inline: true,
  });
  const store = openedStore();
  const context = boundedContext('banking', { aggregates: [account], readModels: [book] });
  const app = await start(t, [context], { store });

  const opening = app.handle(account, 'a', { type: 'Open', data: { id: 'a' } });

  const error = await rejection(opening, DealingKeyError);
  assert.equal(error.subscription, 'book');
  assert.equal(await store.log('banking').head(), 0);
});

/** Fails for all but number 100. */
function keyed(bad: () => unknown) {
  return ({ data }: { readonly data: { readonly number: number } }) =>
    data.number === 100 ? 'good' : (bad() as string);
}

/** What is parked of so many numbers that have no key, published before one that has. */
async function parkedOf(app: Application, count: number) {
  await app.transaction(sending, (tx) => {
    for (let number = 1; number <= count; number += 1) tx.publish(Sent, { number });
    tx.publish(Sent, { number: 100 });
  });
  await settledOrParked(app);
  return app.parked();
}
