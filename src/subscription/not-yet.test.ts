/** What answered `notYet` is asked again when something moves that it has looked at. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { aggregate } from '../aggregate/aggregate.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { manualClock } from '../host/fixtures/manual-clock.ts';
import type { Fact, Recorded } from '../message/fact.ts';
import { happened } from '../reaction/source.ts';
import { type NotYet, type Tools, notYet } from '../reaction/tools.ts';
import { type ReactionOptions, whenever } from '../reaction/whenever.ts';
import { readModel, type } from '../read-model/read-model.ts';
import { openedStore, start } from '../runtime/fixtures/start.ts';

type GiveAddress = Fact<'GiveAddress', { readonly address: string }>;
type AddressGiven = Fact<'AddressGiven', { readonly address: string }>;
type Place = Fact<'Place', { readonly customerId: string }> | Fact<'Send', object>;
type Placed = Fact<'Placed', { readonly customerId: string }> | Fact<'Sent', object>;

const customer = aggregate({
  name: 'customer',
  initial: {},
  decide: ({ data }: GiveAddress) => [{ type: 'AddressGiven' as const, data }],
  evolve: (state, _event: AddressGiven) => state,
});
const order = aggregate({
  name: 'order',
  initial: {},
  decide: (command: Place): Placed[] =>
    command.type === 'Place'
      ? [{ type: 'Placed', data: command.data }]
      : [{ type: 'Sent', data: {} }],
  evolve: (state, _event: Placed) => state,
});
const addresses = readModel({
  name: 'addresses',
  version: 1,
  document: type<{ readonly address: string }>(),
  from: [customer],
  by: (event) => event.stream.slice('customer/'.length),
  evolve: { AddressGiven: (_, { data }) => data },
  index: ['address'],
});
/** Refuses until somebody has filled it. */
const shelf = aggregate({
  name: 'shelf',
  initial: { isFull: false },
  decide(command: Fact<'Fill', object> | Fact<'Take', object>, state) {
    if (command.type === 'Fill') return [{ type: 'Filled' as const, data: {} }];
    if (!state.isFull) throw new Error('The shelf is empty.');
    return [];
  },
  evolve: (_state, _event: Fact<'Filled', object>) => ({ isFull: true }),
});

test('of 1,000 that wait only the one is asked again whose document was written', async (t) => {
  const { app, asked, place, settleDown, clock, sent } = await ordering(
    t,
    async ({ data: { customerId } }, { read }) =>
      (await read(addresses).get(customerId)) === undefined ? notYet('no address') : undefined,
  );
  for (let each = 0; each < 1_000; each += 1) await place(`o${each}`, `c${each}`);
  await settleDown();

  await app.handle(customer, 'c500', { type: 'GiveAddress', data: { address: 'here' } });
  await app.handle(customer, 'c9999', { type: 'GiveAddress', data: { address: 'there' } });
  await clock.advance(2_000);

  assert.deepEqual(asked, ['order/o500']);
  assert.equal(await sent('o500'), true);
  assert.equal(await sent('o501'), false);
});

test('who searched a read model is asked again when any document of it was written', async (t) => {
  const { app, asked, place, settleDown, clock } = await ordering(t, async (_, { read }) =>
    (await read(addresses).find({ where: { address: 'mine' } })).length === 0
      ? notYet('nobody lives there')
      : undefined,
  );
  for (const id of ['o1', 'o2']) await place(id, 'c');
  await settleDown();

  await app.handle(shelf, 's1', { type: 'Fill', data: {} });
  await clock.advance(2_000);
  assert.deepEqual(asked, []);
  await app.handle(customer, 'c9', { type: 'GiveAddress', data: { address: 'yours' } });
  await clock.advance(2_000);

  assert.deepEqual(new Set(asked), new Set(['order/o1', 'order/o2']));
  assert.equal(asked.length, 2);
});

test('who was refused by a stream is asked again when that stream moves', async (t) => {
  const { app, asked, place, settleDown, clock, sent } = await ordering(
    t,
    ({ data: { customerId } }, { handle }) =>
      handle(shelf, customerId, { type: 'Take', data: {} }).then(() => undefined),
    { ifRefused: () => notYet('the shelf is empty') },
  );
  for (const each of [1, 2, 3]) await place(`o${each}`, `s${each}`);
  await settleDown();

  await app.handle(shelf, 's2', { type: 'Fill', data: {} });
  await clock.advance(2_000);

  assert.deepEqual(asked, ['order/o2']);
  assert.equal(await sent('o2'), true);
});

test('who looked at nothing is asked again for a record of its key, and in a minute', async (t) => {
  const { app, asked, place, settleDown, clock } = await ordering(t, () => notYet('who knows'));
  for (const each of [1, 2, 3]) await place(`o${each}`, 'c');
  await settleDown();

  await app.handle(order, 'o3', { type: 'Send', data: {} });
  await clock.advance(2_000);
  assert.deepEqual(asked, ['order/o3']);
  await clock.advance(60_000);

  assert.deepEqual(new Set(asked), new Set(['order/o1', 'order/o2', 'order/o3']));
});

test('what waits after a restart is asked at once, and looked out for again', async (t) => {
  const store = openedStore();
  const look = async (
    { data: { customerId } }: Recorded<Fact<'Placed', { readonly customerId: string }>>,
    { read }: Tools,
  ) => ((await read(addresses).get(customerId)) === undefined ? notYet('no address') : undefined);
  const first = await ordering(t, look, {}, store);
  for (const each of [1, 2, 3]) await first.place(`o${each}`, `c${each}`);
  await first.settleDown();
  await first.app.stop();

  const { app, asked, settleDown, clock } = await ordering(t, look, {}, store);
  await clock.advance(0);
  assert.deepEqual(new Set(asked), new Set(['order/o1', 'order/o2', 'order/o3']));
  await settleDown();
  await app.handle(customer, 'c2', { type: 'GiveAddress', data: { address: 'here' } });
  await clock.advance(2_000);

  assert.deepEqual(asked, ['order/o2']);
});

/** Sends each order once `look` answers nothing, and notes whenever it is asked. */
async function ordering(
  t: TestContext,
  look: (
    event: Recorded<Fact<'Placed', { readonly customerId: string }>>,
    tools: Tools,
  ) => Promise<NotYet | undefined> | NotYet | undefined,
  options: Pick<ReactionOptions<unknown>, 'ifRefused'> = {},
  store = openedStore(),
) {
  const clock = manualClock();
  const asked: string[] = [];
  const send = whenever(
    'send',
    happened(order, 'Placed'),
    async (event, tools) => {
      asked.push(event.stream);
      const answer = await look(event, tools);
      if (answer !== undefined) return answer;
      return tools.handle(order, event.stream.slice('order/'.length), { type: 'Send', data: {} });
    },
    options,
  );
  const context = boundedContext('ordering', {
    aggregates: [customer, order, shelf],
    reactions: [send],
    readModels: [addresses],
  });
  const app = await start(t, [context], { store, host: { clock } });
  return {
    app,
    clock,
    asked,
    place: (id: string, customerId: string) =>
      app.handle(order, id, { type: 'Place', data: { customerId } }),
    /** Waits for so long that each is asked once a minute, and for a moment when none is. */
    settleDown: async (): Promise<void> => {
      await clock.advance(120_000);
      for (let before = -1; before !== asked.length;) {
        before = asked.length;
        await clock.advance(5_000);
      }
      asked.length = 0;
    },
    sent: async (id: string): Promise<boolean> =>
      (await store.log('ordering').streamVersion(`order/${id}`)) === 2,
  };
}
