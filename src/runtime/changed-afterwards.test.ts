/**
 * What a caller passes in is taken as it is at the call, and what one part of the code is given is
 * not changed by it under another one's feet. Each test changes what it should not.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { aggregate } from '../aggregate/aggregate.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { publish } from '../context/publication.ts';
import { contract } from '../contract/contract.ts';
import { quickClock } from '../host/fixtures/quick-clock.ts';
import type { Fact } from '../message/fact.ts';
import { happened } from '../reaction/source.ts';
import { whenever } from '../reaction/whenever.ts';
import { readModel, type } from '../read-model/read-model.ts';
import { openedStore, rejection, settledOrParked, start } from './fixtures/start.ts';

interface Basket {
  lines: { product: string }[];
}
type Put = Fact<'Put', Basket>;
type WasPut = Fact<'WasPut', Basket>;

const decide = ({ data }: Put) => [{ type: 'WasPut' as const, data }];
const basket = aggregate({
  name: 'basket',
  initial: { lines: [] } as Basket,
  decide,
  // The state holds the event's own data: nothing of it may be anybody's who goes on to change it.
  evolve: ({ lines }: Basket, { data }: WasPut) => ({ lines: [...lines, ...data.lines] }),
});
const WasPutByUs = contract('shopping.WasPut', {
  version: 1,
  schema: z.object({ lines: z.array(z.object({ product: z.string() })) }),
  key: () => 'one',
});
const one = (product: string): Basket => ({ lines: [{ product }] });
const put = (product: string): Put => ({ type: 'Put', data: one(product) });
const spoil = (data: Basket): void => {
  data.lines.push({ product: 'spoilt' });
};
const shopping = boundedContext('shopping', { aggregates: [basket], publishes: [WasPutByUs] });

async function written(store: ReturnType<typeof openedStore>, context = 'shopping') {
  const records = await store.log(context).read({ after: 0, limit: 100 });
  return records.map(({ type: of, data }) => `${of} ${data}`);
}

test('a command and its options may be changed as soon as handle was called', async (t) => {
  const store = openedStore();
  const app = await start(t, [shopping], { store });
  const command = put('a');
  const metadata: Record<string, string> = { by: 'ann' };
  const options = { metadata, commandId: 'c-1', correlationId: 'action-1' };

  const first = app.handle(basket, 'b', command, options);
  spoil(command.data);
  metadata['by'] = 'bob';
  Object.assign(options, { commandId: 'c-2', correlationId: 'action-2' });
  // One that has to wait for the first.
  Object.assign(command, put('b'));
  const second = app.handle(basket, 'b', command, options);
  spoil(command.data);
  const [{ events }] = await Promise.all([first, second]);

  assert.deepEqual(await written(store), [
    'WasPut {"lines":[{"product":"a"}]}',
    'WasPut {"lines":[{"product":"b"}]}',
  ]);
  assert.deepEqual(events[0]?.metadata, { by: 'ann' });
  assert.equal(events[0]?.correlationId, 'action-1');
  const again = await app.handle(basket, 'b', put('a'), { commandId: 'c-1' });
  assert.equal(again.version, 1);
});

test('a command may be changed after it was handled: the state is not made of it', async (t) => {
  const app = await start(t, [shopping]);
  const command = put('a');
  await app.handle(basket, 'b', command);

  spoil(command.data);
  (command.data.lines[0] as { product: string }).product = 'spoilt';

  const { state } = await app.handle(basket, 'b', put('b'));
  assert.deepEqual(state, { lines: [{ product: 'a' }, { product: 'b' }] });
});

test('what handle answers cannot be changed, and so neither what is decided on next', async (t) => {
  const app = await start(t, [shopping]);
  const { state, events } = await app.handle(basket, 'b', put('a'));

  assert.throws(() => spoil(state), TypeError);
  assert.throws(() => spoil((events[0] as { data: Basket }).data), TypeError);

  const next = await app.handle(basket, 'b', put('b'));
  assert.deepEqual(next.state, { lines: [{ product: 'a' }, { product: 'b' }] });
});

test('a state that a model froze only on the outside cannot be changed inside either', async (t) => {
  const shallow = aggregate({
    name: 'basket',
    initial: { lines: [] } as Basket,
    decide,
    evolve: ({ lines }: Basket, { data }: WasPut) =>
      Object.freeze({ lines: [...lines, ...data.lines] }),
  });
  const app = await start(t, [boundedContext('shopping', { aggregates: [shallow] })]);

  const { state } = await app.handle(shallow, 'b', put('a'));

  assert.throws(() => spoil(state), TypeError);
});

for (const part of ['decide', 'evolve'] as const) {
  test(`a model whose ${part} changes the state it was given fails, and changes nothing`, async (t) => {
    const product = (data: Basket) => data.lines[0]?.product;
    const changing = aggregate({
      name: 'basket',
      initial: { lines: [] } as Basket,
      decide(command: Put, state: Basket) {
        if (part === 'decide' && product(command.data) === 'bad') spoil(state);
        return decide(command);
      },
      evolve(state: Basket, event: WasPut) {
        if (part === 'evolve' && product(event.data) === 'bad') spoil(state);
        return basket.evolve(state, event);
      },
    });
    const app = await start(t, [boundedContext('shopping', { aggregates: [changing] })]);
    await app.handle(changing, 'b', put('a'));

    await rejection(app.handle(changing, 'b', put('bad')), TypeError);

    const { state } = await app.handle(changing, 'b', put('b'));
    assert.deepEqual(state, { lines: [{ product: 'a' }, { product: 'b' }] });
  });
}

test('a state that was read from the log cannot be changed', async (t) => {
  const store = openedStore();
  const before = await start(t, [shopping], { store });
  await before.handle(basket, 'b', put('a'));
  await before.stop();
  const seen: Basket[] = [];
  const looking = aggregate({
    name: 'basket',
    initial: { lines: [] } as Basket,
    decide: (_: Put, state: Basket): WasPut[] => (seen.push(state), []),
    evolve: basket.evolve,
  });
  const app = await start(t, [boundedContext('shopping', { aggregates: [looking] })], { store });

  await app.handle(looking, 'b', put('b'));

  assert.deepEqual(seen, [one('a')]);
  assert.throws(() => spoil(seen[0] as Basket), TypeError);
});

test('what is published in a transaction may be changed before it commits, and the options too', async (t) => {
  const store = openedStore();
  const app = await start(t, [shopping], { store });
  const options = { correlationId: 'action-1', metadata: { by: 'ann' } };

  const transaction = app.transaction(
    shopping,
    async (tx) => {
      const data = one('a');
      tx.publish(WasPutByUs, data);
      spoil(data);
      await Promise.resolve();
      spoil(data);
    },
    options,
  );
  options.correlationId = 'action-2';
  options.metadata.by = 'bob';
  await transaction;

  const [record] = await store.log('shopping').read({ after: 0, limit: 1 });
  assert.equal(record?.data, JSON.stringify(one('a')));
  assert.deepEqual([record?.correlationId, record?.metadata], ['action-1', '{"by":"ann"}']);
});

test('what a handler passes to its tools may be changed at once', async (t) => {
  const store = openedStore();
  const copying = boundedContext('shopping', {
    aggregates: [basket],
    publishes: [WasPutByUs],
    reactions: [
      whenever('copy', happened(basket, 'WasPut'), async ({ stream }, tools) => {
        if (stream !== 'basket/b') return;
        const data = one('c');
        const handling = tools.handle(basket, 'copy', { type: 'Put', data });
        tools.publish(WasPutByUs, data);
        spoil(data);
        await handling;
      }),
    ],
  });
  const app = await start(t, [copying], { store });

  await app.handle(basket, 'b', put('a'));
  await app.settled();

  const [, ...made] = await written(store);
  assert.deepEqual(made.toSorted(), [
    `WasPut ${JSON.stringify(one('c'))}`,
    `shopping.WasPut ${JSON.stringify(one('c'))}`,
  ]);
});

test('a handler that changes a message fails, and no other sees anything of it', async (t) => {
  const seen: string[] = [];
  const changing = (name: string) =>
    whenever(
      name,
      WasPutByUs,
      ({ data }) => {
        seen.push(`${name} ${JSON.stringify(data)}`);
        spoil(data);
      },
      { retry: { attemptsMax: 1 } },
    );
  const listening = ['left', 'right'].map((name) =>
    boundedContext(name, { reactions: [changing(`${name} 1`), changing(`${name} 2`)] }),
  );
  const publishing = boundedContext('shopping', {
    aggregates: [basket],
    publishes: [publish(WasPutByUs, basket, 'WasPut', ({ data }) => data)],
  });
  const app = await start(t, [publishing, ...listening]);

  await app.handle(basket, 'b', put('a'));
  await settledOrParked(app);

  const data = JSON.stringify(one('a'));
  assert.deepEqual(
    seen.toSorted(),
    ['left 1', 'left 2', 'right 1', 'right 2'].map((name) => `${name} ${data}`),
  );
  assert.equal((await app.parked()).length, 4);
});

for (const inline of [true, false]) {
  test(`a read model that changes the document it was given fails, inline: ${inline}`, async (t) => {
    const book = readModel({
      name: 'book',
      version: 1,
      document: type<Basket>(),
      from: [basket],
      by: () => 'all',
      evolve: {
        WasPut: (before, { data }) => {
          if (data.lines[0]?.product !== 'bad')
            return basket.evolve(before ?? { lines: [] }, { type: 'WasPut', data });
          spoil(before as Basket);
          return before;
        },
      },
      inline,
    });
    const context = boundedContext('shopping', { aggregates: [basket], readModels: [book] });
    const app = await start(t, [context], { host: { clock: quickClock(5) } });

    await app.handle(basket, 'a', put('a'));
    const bad = app.handle(basket, 'bad', put('bad'));
    if (inline) await rejection(bad, TypeError);
    await settledOrParked(app);

    const expected = one('a');
    const read = await app.read(book).get('all');
    assert.deepEqual(read, expected);
    // A caller's own copy, to be changed as it likes.
    spoil(read as Basket);
    assert.deepEqual(await app.read(book).get('all'), expected);
    assert.deepEqual(await app.read(book).find(), [expected]);
  });
}

test('a query may be changed as soon as it was asked', async (t) => {
  const book = readModel({
    name: 'book',
    version: 1,
    document: type<{ product: string }>(),
    from: [basket],
    by: ({ stream }) => stream,
    evolve: { WasPut: (_, { data }) => ({ product: data.lines[0]?.product ?? '' }) },
    index: ['product'],
  });
  const context = boundedContext('shopping', { aggregates: [basket], readModels: [book] });
  const app = await start(t, [context]);
  const { token } = await app.handle(basket, 'a', put('a'));
  const wanted = ['a'];
  const query = { where: { product: { in: wanted } }, after: token };

  const asking = app.read(book).find(query);
  wanted[0] = 'b';
  query.where.product.in = ['c'];

  assert.deepEqual(await asking, [{ product: 'a' }]);
});
