import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { boundedContext } from '../context/bounded-context.ts';
import type { Log } from '../log/log.ts';
import type { WriteSet } from '../log/write-set.ts';
import { happened } from '../reaction/source.ts';
import { type OpenedStore, openedStore, start, until } from '../runtime/fixtures/start.ts';
import { MINUTE, order, paymentDeadline, place, shop } from './fixtures/deadlines.ts';
import { handClock } from './fixtures/hand-clock.ts';
import type { LogLine } from '../telemetry/logger.ts';
import { processManager } from './process-manager.ts';

test('a timer that was set twice, as the answer was lost, fires once all the same', async (t) => {
  const clock = handClock();
  const inner = openedStore(memory());
  let failures = 0;
  let lost = 0;
  const hasty = processManager({
    name: 'hasty',
    from: [happened(order, 'OrderPlaced')],
    startedBy: ['OrderPlaced'],
    by: (event) => event.data.orderId,
    timers: ['Due'],
    initial: {},
    evolve: (state) => state,
    react(_, event, { setTimer }) {
      if (event.type !== 'OrderPlaced') return [];
      if (event.data.orderId === 'o-1' && failures++ === 0) throw new Error('not at first');
      return [setTimer('Due', { after: '0 ms' })];
    },
  });
  // The row of what failed at first is done, and its answer is lost.
  const store = losing(inner, ({ done = [], records = [] }) => {
    const isRetried =
      records.length === 0 && done.some(({ subscription }) => subscription === 'hasty');
    return isRetried && lost++ === 0;
  });
  const context = boundedContext('shop', { aggregates: [order], processes: [hasty] });
  const app = await start(t, [context], { store, host: { clock } });
  const fired = async (): Promise<readonly string[]> => {
    const records = await inner.log('shop').read({ after: 0, limit: 100 });
    return records.filter(({ direction }) => direction === 'timer').map(({ key }) => key);
  };

  await app.handle(order, 'o-1', place('o-1'));
  await until(async () => {
    clock.advance(10);
    return lost === 1;
  });
  await app.handle(order, 'o-2', place('o-2'));
  await until(async () => (await fired()).length === 2);
  clock.advance(1_000);
  await app.handle(order, 'o-3', place('o-3'));
  await until(async () => (await app.timers()).length === 0 && (await fired()).length === 3);

  assert.deepEqual((await fired()).toSorted(), ['o-1', 'o-2', 'o-3']);
});

test('timers that wait are listed also while it is looked which of them is the next', async (t) => {
  const clock = handClock();
  const inner = openedStore(memory());
  const { promise: gate, resolve: goOn } = Promise.withResolvers<void>();
  let isLooking = false;
  const store = changed(inner, (log) => ({
    async waiting(query) {
      // The first one has fired.
      if (query.limit === 1 && (await log.head()) > 2) {
        isLooking = true;
        await gate;
      }
      return log.waiting(query);
    },
  }));
  const app = await start(t, [shop], { store, host: { clock } });
  await app.handle(order, 'o-1', place('o-1'));
  clock.advance(MINUTE);
  await app.handle(order, 'o-2', place('o-2'));
  await app.settled();

  clock.advance(29 * MINUTE);
  await until(() => isLooking);
  const listed = await app.timers();
  goOn();

  assert.deepEqual(
    listed.map(({ key }) => key),
    ['o-2'],
  );
});

test('timers of one process or action are found without looking through all that wait', async (t) => {
  const clock = handClock();
  const inner = openedStore(memory());
  const asked: (number | undefined)[] = [];
  const store = changed(inner, (log) => ({
    waiting(query) {
      if (query.key !== undefined || query.correlationId !== undefined) asked.push(query.dueBefore);
      return log.waiting(query);
    },
  }));
  const reminding = processManager({
    name: 'reminding',
    from: [happened(order, 'OrderPlaced')],
    startedBy: ['OrderPlaced'],
    by: (event) => event.data.orderId,
    timers: ['Late', 'Soon'],
    initial: {},
    evolve: (state) => state,
    react: (_state, _event, { setTimer }) => [
      setTimer('Late', { after: '2 days' }),
      setTimer('Soon', { after: '1 day' }),
    ],
  });
  const context = boundedContext('shop', { aggregates: [order], processes: [reminding] });
  const app = await start(t, [context], { store, host: { clock } });
  await app.handle(order, 'o-1', place('o-1'), { correlationId: 'action-1' });
  await app.handle(order, 'o-2', place('o-2'));
  await app.settled();

  const ofKey = await app.timers({ process: 'reminding', key: 'o-1', limit: 1 });
  const ofAction = await app.timers({ correlationId: 'action-1' });

  assert.deepEqual(
    [...ofKey, ...ofAction].map(({ name, key }) => `${name} ${key}`),
    ['Soon o-1', 'Soon o-1', 'Late o-1'],
  );
  assert.deepEqual(new Set(asked), new Set([undefined]));
});

test('a timer that nobody knows any more, after another release, is told and counted', async (t) => {
  const clock = handClock();
  const store = memory();
  const first = await start(t, [shop], { store, host: { clock } });
  await first.handle(order, 'o-1', place('o-1'));
  await first.settled();
  await first.stop();
  const lines: LogLine[] = [];
  const { timers: _, ...rest } = paymentDeadline;
  const later = boundedContext('shop', {
    aggregates: [order],
    processes: [{ ...rest, timers: [] }],
  });

  const logger = { log: (line: LogLine) => void lines.push(line) };
  const app = await start(t, [later], { store, host: { clock }, logger });
  clock.advance(30 * MINUTE);
  await app.settled();

  const [line] = lines.filter(({ event }) => event === 'timer-ignored');
  assert.deepEqual(
    [line?.level, line?.['type'], line?.['key']],
    ['warn', 'payment deadline/PaymentOverdue', 'o-1'],
  );
  const health = await app.health();
  assert.deepEqual(health.contexts[0]?.ignoredTimers, { 'payment deadline': 1 });
});

test('timers that cannot fire are seen in the health, until they can', async (t) => {
  const clock = handClock();
  let isBroken = true;
  const store = changed(openedStore(memory()), (log) => ({
    async commit(writeSets) {
      const isFiring = writeSets.some(({ records }) =>
        records?.some(({ direction }) => direction === 'timer'),
      );
      if (isFiring && isBroken) throw new Error('no room for it');
      return log.commit(writeSets);
    },
  }));
  const app = await start(t, [shop], { store, host: { clock } });
  await app.handle(order, 'o-1', place('o-1'));
  await app.settled();
  const healthy = await app.health();
  clock.advance(30 * MINUTE);
  await until(async () => (await app.health()).status === 'red');
  const { contexts } = await app.health();
  isBroken = false;
  clock.advance(1_000);
  await app.settled();

  assert.equal(healthy.status, 'green');
  assert.deepEqual(
    contexts[0]?.subscriptions.flatMap(({ name, stalledWhy }) =>
      stalledWhy ? [name, stalledWhy] : [],
    ),
    ['timers', 'no room for it'],
  );
  assert.equal((await app.health()).status, 'green');
});

/** A store that says of some write sets that they failed, although they are in. */
function losing(store: OpenedStore, isLost: (writeSet: WriteSet) => boolean): OpenedStore {
  return changed(store, (log) => ({
    async commit(writeSets) {
      const outcomes = await log.commit(writeSets);
      if (writeSets.some(isLost)) throw new Error('the answer was lost');
      return outcomes;
    },
  }));
}

function changed(store: OpenedStore, change: (log: Log) => Partial<Log>): OpenedStore {
  return {
    ...store,
    async open(context) {
      const log = await store.open(context);
      return { ...log, ...change(log) };
    },
  };
}
