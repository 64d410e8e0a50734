/**
 * Whichever call of the store fails, and wherever the process ends: each timer fires once, what it
 * causes happens once, and nothing of a process is left behind.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { embedded } from '../backbone/log-to-log.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { publish } from '../context/publication.ts';
import { happened } from '../reaction/source.ts';
import { whenever } from '../reaction/whenever.ts';
import type { Application } from '../runtime/application.ts';
import { crashingSqlite } from '../runtime/fixtures/crashing-sqlite.ts';
import { type CrashingStore, type World, repeated, sweep } from '../runtime/fixtures/sweep.ts';
import type { Faults } from '../testing/faults.ts';
import { OrderCancelled, order, pay, place } from './fixtures/deadlines.ts';
import { processManager } from './process-manager.ts';

const deadline = processManager({
  name: 'deadline',
  from: [happened(order, 'OrderPlaced'), happened(order, 'OrderPaid')],
  startedBy: ['OrderPlaced'],
  by: (event) => event.data.orderId,
  timers: ['PaymentReminded', 'PaymentOverdue'],
  time: 'business',
  initial: { orderId: '', reminded: 0 },
  evolve(state, event) {
    if (event.type === 'OrderPlaced') return { ...state, orderId: event.data.orderId };
    if (event.type === 'PaymentReminded') return { ...state, reminded: state.reminded + 1 };
    return state;
  },
  react({ orderId, reminded }, event, { setTimer, command, complete }) {
    switch (event.type) {
      case 'OrderPlaced':
        return [
          setTimer('PaymentReminded', { after: '10 minutes' }),
          setTimer('PaymentOverdue', { after: '1 hour' }),
        ];
      case 'PaymentReminded':
        return reminded < 2
          ? [setTimer('PaymentReminded', { after: '10 minutes' })]
          : [setTimer('PaymentOverdue', { after: '10 minutes' })];
      case 'PaymentOverdue':
        return [command(order, orderId, { type: 'Cancel', data: { orderId } }), complete()];
      case 'OrderPaid':
        return [complete()];
      case 'CommandRefused':
        throw new Error(`nothing is to be refused, but: ${event.data.message}`);
    }
  },
});

const shop = boundedContext('shop', {
  aggregates: [order],
  publishes: [publish(OrderCancelled, order, 'OrderCancelled', (event) => event.data)],
  processes: [deadline],
  reactions: [
    whenever('say it later, too', happened(order, 'OrderCancelled'), ({ data }, { schedule }) =>
      schedule(OrderCancelled, data, { after: '0 ms' }),
    ),
  ],
});

test('in memory: whichever call fails, each timer fires once', async () => {
  await sweep('timers', () => world(memory()));
});

const WRITES = /\.(?:open|commit|claim)$/;

test('on SQLite: whichever write fails, each timer fires once', async () => {
  await sweep(
    'timers, on SQLite',
    () => {
      const { store, end } = crashingSqlite();
      return world(store, end);
    },
    (call) => WRITES.test(call),
  );
});

function world(store: CrashingStore, end?: () => Promise<void>): World {
  return {
    store,
    backbone: embedded(),
    contexts: [shop],
    options: { businessTime: 'watermark' },
    work,
    assertAllDoneOnce: () => assertAllDoneOnce(store),
    ...(end === undefined ? {} : { end }),
  };
}

async function work(app: Application, faults: Faults): Promise<void> {
  const occurredAt = '2011-12-09T09:00:00.000Z';
  const once = { occurredAt };
  for (const id of ['o-1', 'o-2', 'o-3'])
    await repeated(faults, () =>
      app.handle(order, id, place(id), { ...once, commandId: `place ${id}` }),
    );
  await repeated(faults, () =>
    app.handle(order, 'o-3', pay('o-3'), { ...once, commandId: 'pay o-3' }),
  );
  await repeated(faults, () => app.reachBusinessTime('2011-12-09T12:00:00.000Z'));
  await repeated(faults, () => app.settled());
}

async function assertAllDoneOnce(store: CrashingStore): Promise<void> {
  const log = await store.open('shop');
  const records = await log.read({ after: 0, limit: 1_000 });
  const counts: Record<string, number> = {};
  for (const { type, key } of records)
    if (key !== 'o-3') counts[`${type} ${key}`] = (counts[`${type} ${key}`] ?? 0) + 1;
  const expected = ['o-1', 'o-2'].flatMap((id) => [
    [`OrderPlaced ${id}`, 1],
    [`deadline/PaymentReminded ${id}`, 2],
    [`deadline/PaymentOverdue ${id}`, 1],
    [`OrderCancelled ${id}`, 1],
    [`shop.OrderCancelled ${id}`, 2],
  ]);
  assert.deepEqual(counts, Object.fromEntries(expected));
  assert.equal(await log.countDocuments('deadline (process)', []), 0);
  assert.deepEqual(await log.waiting({ limit: 10 }), []);
  await log.close();
}
