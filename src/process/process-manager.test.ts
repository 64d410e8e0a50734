import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { type BoundedContext, boundedContext } from '../context/bounded-context.ts';
import { readModel, type } from '../read-model/read-model.ts';
import { happened } from '../reaction/source.ts';
import {
  type OpenedStore,
  openedStore,
  settledOrParked,
  start,
} from '../runtime/fixtures/start.ts';
import type { RunOptions } from '../runtime/run-options.ts';
import { MINUTE, order, pay, paymentDeadline, place, shop } from './fixtures/deadlines.ts';
import { handClock } from './fixtures/hand-clock.ts';
import { processManager } from './process-manager.ts';

test('what is not done in time is told to the process, which acts on it', async (t) => {
  const { app, clock, types } = await begin(t);
  await app.handle(order, 'o-1', place('o-1'));
  const { timers } = await app.settled();
  assert.deepEqual(
    timers.map(({ owner, name, key, due }) => [owner, name, key, due]),
    [['payment deadline', 'PaymentOverdue', 'o-1', '2026-05-01T12:30:00.000Z']],
  );
  assert.deepEqual((await app.process(paymentDeadline, 'o-1'))?.state, { extended: 0 });

  clock.advance(30 * MINUTE - 1);
  await app.settled();
  assert.deepEqual(await types(), ['OrderPlaced']);
  clock.advance(1);
  await app.settled();

  assert.deepEqual(await types(), [
    'OrderPlaced',
    'payment deadline/PaymentOverdue',
    'OrderCancelled',
    'shop.OrderCancelled',
  ]);
  assert.equal(await app.process(paymentDeadline, 'o-1'), undefined);
  assert.deepEqual(await app.timers(), []);
});

test('what a timer causes belongs to the business action that set it, at the time it was due', async (t) => {
  const { app, clock, records } = await begin(t);
  await app.handle(order, 'o-1', place('o-1'));
  await app.settled();

  clock.advance(45 * MINUTE);
  await app.settled();

  const [placed, overdue, cancelled] = await records();
  assert.equal(overdue?.correlationId, placed?.correlationId);
  assert.equal(overdue?.causationId, placed?.id);
  assert.equal(cancelled?.causationId, overdue?.id);
  assert.equal(overdue?.occurredAt, Date.parse('2026-05-01T12:30:00.000Z'));
  assert.equal(cancelled?.occurredAt, overdue?.occurredAt);
});

test('a process that is done takes its timers with it', async (t) => {
  const { app, clock, types } = await begin(t);
  await app.handle(order, 'o-1', place('o-1'));
  await app.settled();

  await app.handle(order, 'o-1', pay('o-1'));
  const { timers } = await app.settled();
  clock.advance(60 * MINUTE);
  await app.settled();

  assert.deepEqual(timers, []);
  assert.deepEqual(await types(), ['OrderPlaced', 'OrderPaid']);
});

test('a timer that is set again is moved', async (t) => {
  const { app, clock, types } = await begin(t);
  await app.handle(order, 'o-1', place('o-1'));
  await app.settled();
  clock.advance(20 * MINUTE);
  await app.handle(order, 'o-1', { type: 'Extend', data: { orderId: 'o-1' } });
  const { timers } = await app.settled();

  clock.advance(29 * MINUTE);
  await app.settled();
  const before = await types();
  clock.advance(MINUTE);
  await app.settled();

  assert.equal(timers.length, 1);
  assert.deepEqual(before, ['OrderPlaced', 'OrderExtended']);
  assert.ok((await types()).includes('OrderCancelled'));
});

test('a timer that fired for a process which has ended is counted and ignored', async (t) => {
  const { app, clock, types } = await begin(t);
  await app.handle(order, 'o-1', place('o-1'));
  await app.settled();
  await app.pause(shop, 'payment deadline', { who: 'a test', why: 'to be late' });
  await app.handle(order, 'o-1', pay('o-1'));

  clock.advance(30 * MINUTE);
  await settledTimers(types);
  await app.resume(shop, 'payment deadline', { who: 'a test', why: 'to be late' });
  await app.settled();

  assert.deepEqual(await types(), ['OrderPlaced', 'OrderPaid', 'payment deadline/PaymentOverdue']);
  const health = await app.health();
  assert.deepEqual(health.contexts[0]?.ignoredTimers, { 'payment deadline': 1 });
  assert.deepEqual(await app.timers(), []);
});

test('timers fire in the order in which they are due, and at once after having been down', async (t) => {
  const clock = handClock();
  const store = openedStore(memory());
  const first = await start(t, [shop], { store, host: { clock } });
  for (const id of ['o-1', 'o-2', 'o-3']) {
    await first.handle(order, id, place(id));
    clock.advance(1_000);
  }
  await first.handle(order, 'o-1', { type: 'Extend', data: { orderId: 'o-1' } });
  await first.settled();
  await first.stop();
  clock.advance(3 * 60 * MINUTE);

  const again = await start(t, [shop], { store, host: { clock } });
  await again.settled();

  const fired = (await recordsOf(store)).filter(({ direction }) => direction === 'timer');
  assert.deepEqual(
    fired.map(({ key }) => key),
    ['o-2', 'o-3', 'o-1'],
  );
});

test('a clock that is set forward is noticed within ten seconds', async (t) => {
  const { app, clock, types } = await begin(t);
  await app.handle(order, 'o-1', place('o-1'));
  await app.settled();

  clock.set(clock.now() + 30 * MINUTE);
  clock.advance(10_000);
  await app.settled();

  assert.ok((await types()).includes('OrderCancelled'));
});

test('an event that means nothing to a process writes nothing but the checkpoint', async (t) => {
  const store = openedStore(memory());
  const written: unknown[] = [];
  const watched: OpenedStore = {
    ...store,
    async open(context) {
      const log = await store.open(context);
      return new Proxy(log, {
        get(target, name) {
          if (name !== 'commit') return bound(target, name);
          return (writeSets: Parameters<typeof log.commit>[0]) => {
            for (const { documents = [], waiting = [], done = [] } of writeSets)
              written.push(...documents, ...waiting, ...done);
            return log.commit(writeSets);
          };
        },
      });
    },
  };
  const app = await start(t, [shop], { store: watched, host: { clock: handClock() } });

  await app.handle(order, 'o-1', pay('o-1'));
  await app.settled();

  assert.deepEqual(written, []);
});

test('a command that is refused comes back to the process as an event', async (t) => {
  const told: unknown[] = [];
  const insisting = processManager({
    name: 'insisting',
    from: [happened(order, 'OrderPaid')],
    startedBy: ['OrderPaid'],
    by: (event) => event.data.orderId,
    initial: { isRefused: false },
    evolve: (state, event) => (event.type === 'CommandRefused' ? { isRefused: true } : state),
    react(_, event, { command }) {
      if (event.type === 'CommandRefused') return void told.push(event.data);
      return [command(order, event.data.orderId, { type: 'Cancel', data: event.data })];
    },
  });
  const { app } = await begin(
    t,
    boundedContext('shop', { aggregates: [order], processes: [insisting] }),
  );

  await app.handle(order, 'o-1', pay('o-1'));
  await app.settled();

  assert.deepEqual(told, [
    {
      aggregate: 'order',
      id: 'o-1',
      command: { type: 'Cancel', data: { orderId: 'o-1' } },
      name: 'OrderPaidError',
      code: 'order-paid',
      message: 'o-1 is paid.',
    },
  ]);
  assert.deepEqual((await app.process(insisting, 'o-1'))?.state, { isRefused: true });
});

test('what is refused of a process that is over by then is parked, not forgotten', async (t) => {
  const leaving = processManager({
    name: 'leaving',
    from: [happened(order, 'OrderPaid')],
    startedBy: ['OrderPaid'],
    by: (event) => event.data.orderId,
    initial: {},
    evolve: (state) => state,
    react: (_, { data }, { command, complete }) =>
      'orderId' in data ? [complete(), command(order, data.orderId, { type: 'Cancel', data })] : [],
  });
  const { app } = await begin(
    t,
    boundedContext('shop', { aggregates: [order], processes: [leaving] }),
  );

  await app.handle(order, 'o-1', pay('o-1'));
  await settledOrParked(app);

  const [parked] = await app.parked();
  assert.equal(parked?.error?.code, 'refused');
  assert.match(
    parked?.error?.message ?? '',
    /"leaving" was refused: o-1 is paid\. .*complete the process when it is told/,
  );
});

test('several process managers and an inline read model go by one event', async (t) => {
  const twin = processManager({
    name: 'twin',
    from: [happened(order, 'OrderPlaced')],
    startedBy: ['OrderPlaced'],
    by: (event) => event.data.orderId,
    initial: { seen: 0 },
    evolve: ({ seen }) => ({ seen: seen + 1 }),
    react: (_, { data }, { command }) =>
      'orderId' in data ? [command(order, data.orderId, { type: 'Pay', data })] : [],
  });
  const statuses = readModel({
    name: 'statuses',
    version: 1,
    document: type<{ status: string }>(),
    from: [order],
    by: (event) => event.data.orderId,
    evolve: {
      OrderPlaced: () => ({ status: 'placed' }),
      OrderPaid: () => ({ status: 'paid' }),
    },
    inline: true,
  });
  const { app } = await begin(
    t,
    boundedContext('shop', {
      aggregates: [order],
      processes: [paymentDeadline, twin],
      readModels: [statuses],
    }),
  );

  await app.handle(order, 'o-1', place('o-1'));
  await app.settled();

  assert.deepEqual((await app.process(twin, 'o-1'))?.state, { seen: 1 });
  assert.equal(await app.process(paymentDeadline, 'o-1'), undefined);
  assert.deepEqual(await app.read(statuses).get('o-1'), { status: 'paid' });
});

test('a timer that is not among those of the process is parked, with what to do', async (t) => {
  const mistaken = processManager({
    name: 'mistaken',
    from: [happened(order, 'OrderPlaced')],
    startedBy: ['OrderPlaced'],
    by: (event) => event.data.orderId,
    timers: ['Known'],
    initial: {},
    evolve: (state) => state,
    react: (_state, _event, { setTimer }) => [setTimer('Unknown' as 'Known', { after: '1 day' })],
  });
  const { app } = await begin(
    t,
    boundedContext('shop', { aggregates: [order], processes: [mistaken] }),
  );

  await app.handle(order, 'o-1', place('o-1'));
  await settledOrParked(app);

  const [parked] = await app.parked();
  assert.equal(parked?.error?.code, 'unknown-timer');
  assert.deepEqual(await app.timers(), []);
});

test('a state of an older version is upgraded; one that nobody can read is parked', async (t) => {
  const versions = (stateVersion: number, upgradeState?: (state: unknown) => { paid: number }) =>
    processManager({
      name: 'counting',
      from: [happened(order, 'OrderPaid')],
      startedBy: ['OrderPaid'],
      by: (event) => event.data.orderId,
      initial: { paid: 0 },
      evolve: ({ paid }) => ({ paid: paid + 1 }),
      react: () => [],
      stateVersion,
      ...(upgradeState === undefined ? {} : { upgradeState }),
    });
  const store = openedStore(memory());
  const payOnce = async (manager: ReturnType<typeof versions>) => {
    const context = boundedContext('shop', { aggregates: [order], processes: [manager] });
    const app = await start(t, [context], { store });
    await app.handle(order, 'o-1', pay('o-1'));
    await settledOrParked(app);
    const parked = await app.parked();
    const state = parked.length === 0 ? (await app.process(manager, 'o-1'))?.state : undefined;
    await app.stop();
    return { state, parked };
  };

  const first = await payOnce(versions(1));
  const upgraded = await payOnce(
    versions(2, (state) => ({ paid: (state as { paid: number }).paid * 10 })),
  );
  const older = await payOnce(versions(1));

  assert.deepEqual(first.state, { paid: 1 });
  assert.deepEqual(upgraded.state, { paid: 11 });
  assert.equal(older.parked[0]?.error?.code, 'process-state-version');
});

async function begin(
  t: TestContext,
  context: BoundedContext = shop,
  options?: Partial<RunOptions>,
) {
  const clock = handClock();
  const store = openedStore(memory());
  const app = await start(t, [context], { store, host: { clock }, ...options });
  const records = () => recordsOf(store);
  const types = async () => (await records()).map((record) => record.type);
  return { app, clock, store, records, types };
}

function recordsOf(store: OpenedStore) {
  return store.log('shop').read({ after: 0, limit: 1_000 });
}

/** Nothing settles while a subscription is paused: waits until the timer's record is there. */
async function settledTimers(types: () => Promise<readonly string[]>): Promise<void> {
  while (!(await types()).includes('payment deadline/PaymentOverdue'))
    await new Promise((resolve) => setImmediate(resolve));
}

function bound(target: object, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name, target);
  return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
}
