import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { aggregate } from '../aggregate/aggregate.ts';
import { AggregateDefinitionError } from '../aggregate/aggregate.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { publish } from '../context/publication.ts';
import { contract } from '../contract/contract.ts';
import type { Fact } from '../message/fact.ts';
import { PayloadNotJsonError } from '../message/payload.ts';
import { whenever } from '../reaction/whenever.ts';
import { happened } from '../reaction/source.ts';
import { readModel, type } from '../read-model/read-model.ts';
import { openedStore, rejection, settledOrParked, start } from './fixtures/start.ts';

// Types keep all of this out, as long as nobody gets around them.
const bad = { lines: [{ quantity: 1 }, { quantity: Number.NaN }] } as never;
const good = { lines: [{ quantity: 1 }] } as never;
type Data = { readonly lines: readonly { readonly quantity: number }[] };

const order = aggregate({
  name: 'order',
  initial: { count: 0 },
  decide: ({ data }: Fact<'Place', Data>) => [{ type: 'Placed' as const, data }],
  evolve: ({ count }: { count: number }, _event: Fact<'Placed', Data>) => ({ count: count + 1 }),
});
const Noted = contract('ordering.Noted', {
  version: 1,
  schema: z.object({ lines: z.custom<Data['lines']>(() => true) }),
  key: () => 'one',
});
const lines = (data: Data): Data => ({
  lines: data.lines.map(({ quantity }) => ({ quantity: quantity === 1 ? 1 : Number.NaN })),
});
const numbers: Data = { lines: [{ quantity: 1 }, { quantity: 2 }] };

test('an event that JSON would change is refused with the path, and nothing is written', async (t) => {
  const store = openedStore();
  const app = await start(t, [boundedContext('ordering', { aggregates: [order] })], { store });

  const error = await rejection(
    app.handle(order, 'o', { type: 'Place', data: bad }),
    PayloadNotJsonError,
  );

  assert.deepEqual(
    [error.what, error.problem],
    ['The data of "Placed"', 'lines[1].quantity is NaN'],
  );
  assert.equal(await store.log('ordering').head(), 0);
});

test('a message that JSON would change is refused on every way of publishing', async (t) => {
  const store = openedStore();
  const ordering = boundedContext('ordering', {
    aggregates: [order],
    publishes: [publish(Noted, order, 'Placed', ({ data }) => lines(data))],
  });
  const app = await start(t, [ordering], { store });

  await rejection(app.handle(order, 'o', { type: 'Place', data: numbers }), PayloadNotJsonError);
  await rejection(
    app.transaction(ordering, (tx) => tx.publish(Noted, bad)),
    PayloadNotJsonError,
  );

  assert.equal(await store.log('ordering').head(), 0);
});

test('a reaction that publishes what JSON would change parks its record, and goes on', async (t) => {
  const ordering = boundedContext('ordering', {
    aggregates: [order],
    publishes: [Noted],
    reactions: [
      whenever('note', happened(order, 'Placed'), ({ data }, tools) =>
        tools.publish(Noted, lines(data)),
      ),
    ],
  });
  const store = openedStore();
  const app = await start(t, [ordering], { store });

  await app.handle(order, 'bad', { type: 'Place', data: numbers });
  await app.handle(order, 'good', { type: 'Place', data: good });

  await settledOrParked(app);
  const [parked, ...others] = await app.parked();
  assert.deepEqual([parked?.key, parked?.error?.code], ['bad', 'payload-not-json']);
  assert.equal(others.length, 0);
  const records = await store.log('ordering').read({ after: 0, limit: 10 });
  assert.equal(records.filter(({ direction }) => direction === 'outgoing').length, 1);
});

for (const [what, document, problem] of [
  ['NaN', (data: Data) => lines(data), 'lines[1].quantity is NaN'],
  ['a promise', async (data: Data) => data, 'it is a Promise'],
  ['text', () => 'text', 'it is text, no object'],
] as const) {
  const book = (inline: boolean) =>
    readModel({
      name: 'book',
      version: 1,
      document: type<Data>(),
      from: [order],
      by: ({ stream }) => stream,
      evolve: {
        Placed: (_, { data }) =>
          data.lines.length === 1 ? data : (document(data) as unknown as Data),
      },
      inline,
    });

  test(`a document that is or holds ${what} parks the record, and others pass`, async (t) => {
    const model = book(false);
    const context = boundedContext('ordering', { aggregates: [order], readModels: [model] });
    const app = await start(t, [context]);

    await app.handle(order, 'bad', { type: 'Place', data: numbers });
    await app.handle(order, 'good', { type: 'Place', data: good });

    await settledOrParked(app);
    const [parked] = await app.parked();
    assert.equal(parked?.key, 'order/bad');
    assert.ok(parked?.error?.message.includes(`"order/bad" of "book@1" is not JSON: ${problem}`));
    assert.deepEqual(await app.read(model).find(), [good]);
  });

  test(`a command is refused whose inline document is or holds ${what}`, async (t) => {
    const store = openedStore();
    const context = boundedContext('ordering', { aggregates: [order], readModels: [book(true)] });
    const app = await start(t, [context], { store });

    const handling = app.handle(order, 'bad', { type: 'Place', data: numbers });

    const error = await rejection(handling, PayloadNotJsonError);
    assert.equal(error.problem, problem);
    assert.equal(await store.log('ordering').head(), 0);
  });
}

test('a state that is no JSON is refused where it would be kept, and nothing is written', async (t) => {
  type Sum = { readonly sum: number };
  const sums = aggregate({
    name: 'sums',
    initial: { sum: 1 },
    decide: ({ data }: Fact<'Times', { by: number }>) => [{ type: 'Timed' as const, data }],
    evolve: ({ sum }: Sum, { data }: Fact<'Timed', { by: number }>) => ({ sum: sum * data.by }),
    stored: 'state',
  });
  const store = openedStore();
  const app = await start(t, [boundedContext('sums', { aggregates: [sums] })], { store });
  await app.handle(sums, 'a', { type: 'Times', data: { by: 1e300 } });

  const error = await rejection(
    app.handle(sums, 'a', { type: 'Times', data: { by: 1e300 } }),
    PayloadNotJsonError,
  );
  const { state } = await app.handle(sums, 'a', { type: 'Times', data: { by: 2 } });

  assert.deepEqual([error.what, error.problem], ['The state of "sums/a"', 'sum is Infinity']);
  assert.deepEqual(state, { sum: 2e300 });
});

test('an initial state that no snapshot could keep is refused where it is written', () => {
  const counting = (options: { readonly snapshotEvery?: number }) =>
    aggregate({
      name: 'counting',
      initial: { seen: new Set<string>() },
      decide: (_command: Fact<'See', object>) => [{ type: 'Seen' as const, data: {} }],
      evolve: (state: { seen: Set<string> }, _event: Fact<'Seen', object>) => state,
      ...options,
    });

  assert.throws(() => counting({}), {
    name: AggregateDefinitionError.name,
    message: /"counting" has an initial state that is not JSON.*seen is a Set.*snapshotEvery: 0/,
  });
  assert.equal(counting({ snapshotEvery: 0 }).snapshotEvery, 0);
});
