/** What happens to a parked record whose handler answers `notYet` when it is redriven. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { aggregate } from '../aggregate/aggregate.ts';
import { boundedContext } from '../context/bounded-context.ts';
import type { Fact } from '../message/fact.ts';
import { happened } from '../reaction/source.ts';
import { notYet } from '../reaction/tools.ts';
import { type ReactionOptions, whenever } from '../reaction/whenever.ts';
import { type OpenedStore, openedStore, start, until } from './fixtures/start.ts';

type Command = Fact<'Order', object> | Fact<'Send', object>;
type Event = Fact<'Ordered', object> | Fact<'Sent', object>;
const parcel = aggregate({
  name: 'parcel',
  initial: {},
  decide: (command: Command): Event[] => [
    { type: command.type === 'Order' ? 'Ordered' : 'Sent', data: {} },
  ],
  evolve: (state, _event: Event) => state,
});
const by = { who: 'ann', why: 'mended' };

test('a redriven record that answers "not yet" waits: not lost, not parked, no attempt', async (t) => {
  const { app, order, sent, park, addresses, rows, somethingHappens } = await sending(t);
  await park('a');

  const redriven = await app.redrive({}, by);

  const { selected, done, parkedAgain, underWay } = redriven;
  assert.deepEqual([selected, done, parkedAgain, underWay], [1, [], [], []]);
  assert.deepEqual(
    redriven.notYet.map(({ key, attempts, error }) => [key, attempts, error?.message]),
    [['a', 0, 'no address of a']],
  );
  assert.deepEqual(await app.parked(), []);
  assert.deepEqual(
    (await rows()).map(({ kind, attempts }) => [kind, attempts]),
    [['retry', 0]],
  );
  await order('a');
  addresses.add('a');
  await somethingHappens();
  await app.settled();
  assert.equal(await sent('a'), 2);
  assert.deepEqual(await rows(), []);
});

test('preview, trial and the rest: each says what waits for something', async (t) => {
  const { app, sent, park, addresses } = await sending(t);
  await park('a', 'b', 'c');
  addresses.add('b');

  const trial = await app.redrive({}, { ...by, trial: true });
  assert.equal(trial.selected, 3);
  assert.deepEqual(keys(trial.notYet), ['a']);
  assert.deepEqual(keys(await app.parked()), ['b', 'c']);
  const rest = await app.redrive({}, by);

  assert.equal(rest.selected, 2);
  assert.deepEqual(keys(rest.done), ['b']);
  assert.deepEqual(keys(rest.notYet), ['c']);
  assert.deepEqual(await app.parked(), []);
  assert.deepEqual([await sent('a'), await sent('b'), await sent('c')], [0, 1, 0]);
});

test('a redrive of records that answer "not yet" has a rate, and stops when it is told to', async (t) => {
  const { app, park, rows, sent, addresses, somethingHappens } = await sending(t);
  const all = Array.from({ length: 20 }, (_, index) => `k${index}`);
  await park(...all);
  const stop = new AbortController();

  const redriving = app.redrive({}, { ...by, perSecond: 100, signal: stop.signal });
  await until(async () => (await app.parked()).length <= 15);
  stop.abort();
  const redriven = await redriving;

  assert.ok(redriven.notYet.length >= 4 && redriven.notYet.length < 20);
  assert.equal((await rows()).length, 20);
  const parked = await app.parked();
  assert.equal(
    redriven.notYet.length + redriven.underWay.length + parked.length,
    20,
    'each is in one place',
  );
  for (const key of all) addresses.add(key);
  await somethingHappens();
  await app.redrive({}, by);
  await app.settled();
  for (const key of all) assert.equal(await sent(key), 1);
});

test('parked for what never came and redriven, it has its whole time once more', async (t) => {
  const { app, order, rows, sent, addresses } = await sending(t, { notYetMs: 200 });
  await order('a');
  await until(async () => (await app.parked()).length === 1);
  const [before] = await app.parked();
  assert.equal(before?.error?.code, 'not-yet');

  const redriven = await app.redrive({}, by);
  assert.deepEqual(keys(redriven.notYet), ['a']);
  assert.deepEqual(await app.parked(), []);
  await until(async () => (await app.parked()).length === 1);
  const [again] = await app.parked();

  assert.ok((again?.since ?? 0) - (before?.since ?? 0) >= 200);
  assert.equal(again?.attempts, 0);
  assert.equal((await rows()).length, 1);
  addresses.add('a');
  assert.deepEqual(keys((await app.redrive({}, by)).done), ['a']);
  assert.equal(await sent('a'), 1);
});

test('what a discarded record held back may answer "not yet", and goes when it can', async (t) => {
  const { app, order, park, rows, sent, addresses, somethingHappens } = await sending(t);
  await park('a');
  await order('a');

  const gone = await app.discard({}, { who: 'bob', why: 'of no use' });
  await until(async () => (await rows())[0]?.error?.code === 'not-yet');

  assert.deepEqual(keys(gone), ['a']);
  assert.equal((await rows())[0]?.attempts, 0);
  addresses.add('a');
  await somethingHappens();
  await app.settled();
  assert.equal(await sent('a'), 1);
});

test('a record that waits after a redrive still waits after a restart, and is handled once', async (t) => {
  const store = openedStore();
  const first = await sending(t, {}, store);
  await first.park('a');
  await first.app.redrive({}, by);
  await first.app.stop();

  const second = await sending(t, {}, store);
  second.addresses.add('a');
  second.mend();
  await second.somethingHappens();
  await second.app.settled();

  assert.equal(await second.sent('a'), 1);
  assert.deepEqual(await second.rows(), []);
});

test('an answer "not yet" to a refusal waits, too', async (t) => {
  let refuses = true;
  const box = aggregate({
    name: 'box',
    initial: {},
    decide(_command: Fact<'Pack', object>) {
      if (refuses) throw new Error('The box is not here.');
      return [{ type: 'Packed' as const, data: {} }];
    },
    evolve: (state, _event: Fact<'Packed', object>) => state,
  });
  const pack = whenever(
    'pack',
    happened(parcel, 'Ordered'),
    (_, { handle }) => handle(box, 'b', { type: 'Pack', data: {} }),
    { ifRefused: () => notYet('the box is not here') },
  );
  const store = openedStore();
  const packing = boundedContext('packing', { aggregates: [parcel, box], reactions: [pack] });
  const app = await start(t, [packing], { store });

  await app.handle(parcel, 'a', { type: 'Order', data: {} });
  await until(async () => (await store.log('packing').waiting({ limit: 1 })).length === 1);
  refuses = false;
  await app.handle(parcel, 'z', { type: 'Send', data: {} });
  await app.settled();

  assert.equal(await store.log('packing').streamVersion('box/b'), 1);
});

/** Sends what is ordered once there is an address; until it is mended it only fails. */
async function sending(
  t: TestContext,
  options: Pick<ReactionOptions<unknown>, 'notYetMs'> = {},
  store: OpenedStore = openedStore(),
) {
  const addresses = new Set<string>();
  let isBroken = false;
  const send = whenever(
    'send',
    happened(parcel, 'Ordered'),
    async (event, { handle }) => {
      const id = event.stream.slice('parcel/'.length);
      if (isBroken) throw Object.assign(new Error('broken'), { retryable: false });
      if (!addresses.has(id)) return notYet(`no address of ${id}`);
      return handle(parcel, id, { type: 'Send', data: {} });
    },
    options,
  );
  const context = boundedContext('sending', { aggregates: [parcel], reactions: [send] });
  const app = await start(t, [context], { store });
  const log = store.log('sending');
  const order = (id: string) => app.handle(parcel, id, { type: 'Order', data: {} });
  return {
    app,
    addresses,
    order,
    mend: () => void (isBroken = false),
    rows: () => log.waiting({ limit: 100 }),
    somethingHappens: () => app.handle(parcel, 'another', { type: 'Send', data: {} }),
    park: async (...ids: readonly string[]) => {
      isBroken = true;
      for (const id of ids) await order(id);
      await until(async () => (await app.parked()).length === ids.length);
      isBroken = false;
    },
    sent: async (id: string): Promise<number> =>
      (await log.readStream(`parcel/${id}`, { limit: 100 })).filter(({ type }) => type === 'Sent')
        .length,
  };
}

function keys(rows: readonly { readonly key: string }[]): readonly string[] {
  return rows.map(({ key }) => key);
}
