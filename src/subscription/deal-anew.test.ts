import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { z } from 'zod';
import { boundedContext } from '../context/bounded-context.ts';
import { contract } from '../contract/contract.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import type { Fact, Recorded } from '../message/fact.ts';
import { effect } from '../reaction/effect.ts';
import { whenever } from '../reaction/whenever.ts';
import { type OpenedStore, openedStore, start } from '../runtime/fixtures/start.ts';
import { run } from '../runtime/run.ts';
import { silent } from '../telemetry/logger.ts';
import { Faults, everyFault } from '../testing/faults.ts';
import { faultyStore } from '../testing/faulty-log.ts';
import { dealAnew } from './deal-anew.ts';
import { slotOf } from './slot.ts';

// Numbered lines, each of a customer and for a product: dealt by the one, later by the other.
const Ordered = contract('selling.Ordered', {
  version: 1,
  schema: z.object({ number: z.number(), customer: z.string(), product: z.string() }),
  key: (data) => data.customer,
});
type Line = { number: number; customer: string; product: string };
type By = (event: Recorded<Fact<'selling.Ordered', Line>>) => string;
const byCustomer: By = ({ data }) => data.customer;
const byProduct: By = ({ data }) => data.product;
const selling = boundedContext('selling', { publishes: [Ordered] });
const ann = { who: 'ann', why: 'mended' };

for (const kind of ['reaction', 'effect'] as const) {
  test(`${kind}: after another key function what waits is held behind its new key, or free`, async (t) => {
    const store = openedStore();
    const first = await consumer(t, { kind, store, by: byCustomer, broken: [1] });
    await first.order(line(1, 'ann', 'tea'), line(2, 'ann', 'rum'), line(3, 'bob', 'tea'));
    await first.settle();
    assert.deepEqual(first.done, [3]);
    await first.app.stop();

    const second = await consumer(t, { kind, store, by: byProduct, broken: [1] });
    await second.settle();
    // 2 waited behind its customer's 1; by product nothing holds it.
    assert.deepEqual(second.done, [2]);
    await second.order(line(4, 'bob', 'tea'), line(5, 'ann', 'rum'));
    await second.settle();
    assert.deepEqual(second.done, [2, 5]);
    assert.deepEqual(await second.waiting(), [
      [1, 'tea', 'parked'],
      [4, 'tea', kind === 'effect' ? 'effect' : 'held'],
    ]);
    second.mend();
    await second.app.redrive({}, ann);
    await second.app.settled();

    assert.deepEqual(second.done, [2, 5, 1, 4]);
    assert.deepEqual(await second.waiting(), []);
  });

  test(`${kind}: killed at any moment of the dealing, each record is done once and waits under its key`, async (t) => {
    for (const fault of await faultsOfAStart(t, kind)) {
      const store = openedStore();
      const before = await consumer(t, { kind, store, by: byCustomer, broken: [1, 2, 4] });
      await before.order(...LINES);
      await before.settle();
      await before.app.stop();
      const faults = new Faults(fault, () => CONTEXTS.forEach((name) => store.crash(name)));
      await cutShort(store, faults, [selling, consuming({ kind, by: byProduct, done: [] })]);

      // Whoever comes next, with the old key function or with the new one, finds its own order.
      for (const by of [byCustomer, byProduct]) {
        const next = await consumer(t, { kind, store, by, broken: [1, 2, 4] });
        await next.settle();
        for (const [number, key] of await next.waiting())
          assert.equal(
            key,
            by({ data: LINES[Number(number) - 1] } as never),
            JSON.stringify(fault),
          );
        await next.app.stop();
      }
      const last = await consumer(t, { kind, store, by: byProduct });
      await last.app.redrive({}, ann);
      await last.app.settled();
      assert.deepEqual(await last.waiting(), []);
      const all = (await last.everDone()).toSorted((a, b) => a - b);
      assert.deepEqual(all, [1, 2, 3, 4, 5, 6], JSON.stringify(fault));
      await last.app.stop();
    }
  });
}

test('two that were parked apart wait one behind the other, and each is still decided alone', async (t) => {
  const store = openedStore();
  const first = await consumer(t, { store, by: byCustomer, broken: [1, 2, 3] });
  await first.order(line(1, 'ann', 'tea'), line(2, 'bob', 'tea'), line(3, 'cid', 'tea'));
  await first.settle();
  await first.app.stop();
  const second = await consumer(t, { store, by: byProduct });
  const ids = (await second.rows()).map(({ recordId }) => recordId);

  const gone = await second.app.discard({ recordId: ids[1] as string }, ann);
  assert.equal(gone.length, 1);
  const redriven = await second.app.redrive({ recordId: ids[2] as string }, ann);
  assert.deepEqual([redriven.done.length, redriven.underWay.length], [0, 1]);
  assert.deepEqual(await second.waiting(), [
    [1, 'tea', 'parked'],
    [3, 'tea', 'held'],
  ]);
  await second.app.redrive({}, ann);
  await second.app.settled();

  assert.deepEqual(second.done, [1, 3]);
});

test('a key that cannot be told any more parks its own row, and is dealt when it can be', async (t) => {
  const store = openedStore();
  let isTold = false;
  const by: By = (event) => {
    if (!isTold) throw Object.assign(new Error('no such product'), { retryable: false });
    return event.data.product;
  };
  const first = await consumer(t, { store, by: byCustomer, broken: [1] });
  await first.order(line(1, 'ann', 'tea'), line(2, 'ann', 'rum'));
  await first.settle();
  await first.app.stop();

  const second = await consumer(t, { store, by });
  await second.settle();
  assert.deepEqual(second.done, []);
  assert.match((await second.rows())[0]?.error?.message ?? '', /broken/);
  isTold = true;
  await second.app.redrive({}, ann);
  await second.app.settled();

  assert.deepEqual(
    second.done.toSorted((a, b) => a - b),
    [1, 2],
  );
  assert.deepEqual(await second.waiting(), []);
});

test('thousands of rows are dealt in one write set, and nothing is written when all are in place', async () => {
  const rows = Array.from({ length: 2_500 }, (_, index) => row(index + 1, `k${index % 7}`));
  const log = {
    recordsById: async (ids: readonly string[]) =>
      ids.map((id) => ({ id, key: `k${Number(id) % 5}` }) as never),
  };

  const { rows: dealt, change } = await dealAnew(rows, log, (record) => [record.key]);
  const again = await dealAnew(dealt, log, (record) => [record.key]);

  assert.deepEqual(
    dealt.map(({ key, slot }) => [key, slot]),
    rows.map(({ recordId }) => [`k${Number(recordId) % 5}`, slotOf(`k${Number(recordId) % 5}`)]),
  );
  assert.deepEqual(
    dealt.slice(0, 6).map(({ kind }) => kind),
    ['retry', 'retry', 'retry', 'retry', 'retry', 'held'],
  );
  const moved = rows.filter(({ key }, index) => key !== dealt[index]?.key);
  assert.deepEqual(change?.done, moved);
  assert.equal(again.change, undefined);
});

const CONTEXTS = ['selling', 'consuming'];
const LINES = [
  line(1, 'ann', 'tea'),
  line(2, 'bob', 'rum'),
  line(3, 'ann', 'rum'),
  line(4, 'cid', 'tea'),
  line(5, 'bob', 'tea'),
  line(6, 'cid', 'gin'),
];

function line(number: number, customer: string, product: string): Line {
  return { number, customer, product };
}

interface Consuming {
  readonly kind?: 'reaction' | 'effect';
  readonly by: By;
  /** Numbers that fail. */
  readonly broken?: number[];
  readonly done: number[];
}

const Consumed = contract('consuming.Consumed', {
  version: 1,
  schema: z.object({ number: z.number() }),
  key: (data) => String(data.number),
});

function consuming({ kind = 'reaction', by, broken = [], done }: Consuming) {
  const consume = (number: number): void => {
    if (broken.includes(number)) throw Object.assign(new Error('broken'), { retryable: false });
    done.push(number);
  };
  const reaction = whenever(
    'consume',
    Ordered,
    ({ data }, { publish }) => {
      consume(data.number);
      return publish(Consumed, { number: data.number });
    },
    { startFrom: 'beginning', by },
  );
  const performed = effect({
    name: 'consume',
    on: Ordered,
    perform: async ({ data }) => consume(data.number),
    record: ({ data }, _, { publish }) => publish(Consumed, { number: data.number }),
    startFrom: 'beginning',
    by,
  });
  const parts = kind === 'effect' ? { effects: [performed] } : { reactions: [reaction] };
  return boundedContext('consuming', { publishes: [Consumed], ...parts });
}

async function consumer(t: TestContext, options: Omit<Consuming, 'done'> & { store: OpenedStore }) {
  const { store, broken = [], ...rest } = options;
  const done: number[] = [];
  const app = await start(t, [selling, consuming({ ...rest, broken, done })], { store });
  const log = store.log('consuming');
  const rows = () => log.waiting({ subscription: 'consume', limit: 100 });
  return {
    app,
    done,
    rows,
    mend: () => void broken.splice(0),
    order: (...lines: readonly Line[]) =>
      app.transaction(selling, (tx) => lines.forEach((each) => tx.publish(Ordered, each))),
    settle: () => app.settled().catch(() => undefined),
    waiting: async () => {
      const found = await rows();
      const records = await log.recordsById(found.map(({ recordId }) => recordId));
      const numbers = new Map(
        records.map(({ id, data }) => [id, (JSON.parse(data) as Line).number]),
      );
      return found.map((each) => [numbers.get(each.recordId) as number, each.key, each.kind]);
    },
    /** What was done in any life, by what is in the log. */
    everDone: async () => {
      const records = await log.read({ after: 0, limit: 1_000, directions: ['outgoing'] });
      return records.map(({ data }) => (JSON.parse(data) as Line).number);
    },
  };
}

/** Each call of a start that deals anew, failing in each way. */
async function faultsOfAStart(t: TestContext, kind: 'reaction' | 'effect') {
  const store = openedStore();
  const before = await consumer(t, { kind, store, by: byCustomer, broken: [1, 2, 4] });
  await before.order(...LINES);
  await before.settle();
  await before.app.stop();
  const counting = new Faults();
  await cutShort(store, counting, [selling, consuming({ kind, by: byProduct, done: [] })]);
  const faults = everyFault(counting.counts).filter(({ call }) =>
    /^consuming\.[a-zA-Z]+$/.test(call),
  );
  assert.ok(faults.some(({ call }) => call === 'consuming.commit'));
  return faults;
}

/** Starts, and ends as it comes: nothing is waited for. */
async function cutShort(
  store: OpenedStore,
  faults: Faults,
  contexts: Parameters<typeof run>[0],
): Promise<void> {
  try {
    const app = await run(contexts, { store: faultyStore(store, faults), logger: silent });
    await app.stop().catch(() => undefined);
  } catch {
    // It could not start: the next one does.
  }
  for (const name of CONTEXTS) store.crash(name);
}

function row(position: number, key: string): WaitingRow {
  return {
    subscription: 'consume',
    key,
    recordId: String(position),
    kind: 'retry',
    position,
    slot: slotOf(key),
    due: 0,
    attempts: 1,
    error: null,
    correlationId: 'action',
    since: 0,
    payload: null,
  };
}
