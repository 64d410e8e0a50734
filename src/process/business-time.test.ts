import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { happened } from '../reaction/source.ts';
import { rejection, start } from '../runtime/fixtures/start.ts';
import type { RunOptions } from '../runtime/run-options.ts';
import { InvalidTimeError } from '../message/business-time.ts';
import { order, pay, place } from './fixtures/deadlines.ts';
import { processManager } from './process-manager.ts';

const deadline = processManager({
  name: 'deadline',
  from: [happened(order, 'OrderPlaced'), happened(order, 'OrderPaid')],
  startedBy: ['OrderPlaced'],
  by: (event) => event.data.orderId,
  timers: ['PaymentReminded', 'PaymentOverdue'],
  time: 'business',
  initial: { orderId: '' },
  evolve: (state, event) =>
    event.type === 'OrderPlaced' ? { orderId: event.data.orderId } : state,
  react({ orderId }, event, { setTimer, command, complete }) {
    if (event.type === 'OrderPlaced') return [setTimer('PaymentReminded', { after: '20 minutes' })];
    if (event.type === 'PaymentReminded')
      return [setTimer('PaymentOverdue', { after: '10 minutes' })];
    if (event.type === 'OrderPaid') return [complete()];
    return [command(order, orderId, { type: 'Cancel', data: { orderId } }), complete()];
  },
});
const shop = boundedContext('shop', { aggregates: [order], processes: [deadline] });
const at = (time: string) => `2011-12-09T${time}:00.000Z`;

test('timers by business time stand still until it is said how far business has come', async (t) => {
  const { app, history } = await begin(t, { businessTime: 'watermark' });
  await app.handle(order, 'o-1', place('o-1'), { occurredAt: at('09:00') });
  await app.settled();

  await app.reachBusinessTime(at('09:19'));
  const before = await history();
  await app.reachBusinessTime(at('09:30'));

  assert.deepEqual(before, ['OrderPlaced o-1 09:00']);
  assert.deepEqual(await history(), [
    'OrderPlaced o-1 09:00',
    'deadline/PaymentReminded o-1 09:20',
    'deadline/PaymentOverdue o-1 09:30',
    'OrderCancelled o-1 09:30',
  ]);
});

test('they fire in the order of business, whatever the one before has set', async (t) => {
  const { app, history } = await begin(t, { businessTime: 'watermark' });
  await app.handle(order, 'o-1', place('o-1'), { occurredAt: at('09:00') });
  await app.handle(order, 'o-2', place('o-2'), { occurredAt: at('09:05') });
  await app.handle(order, 'o-3', place('o-3'), { occurredAt: at('09:05') });
  await app.handle(order, 'o-3', pay('o-3'), { occurredAt: at('09:06') });

  await app.reachBusinessTime(at('12:00'));

  assert.deepEqual((await history()).slice(4), [
    'deadline/PaymentReminded o-1 09:20',
    'deadline/PaymentReminded o-2 09:25',
    'deadline/PaymentOverdue o-1 09:30',
    'OrderCancelled o-1 09:30',
    'deadline/PaymentOverdue o-2 09:35',
    'OrderCancelled o-2 09:35',
  ]);
});

test('told to follow the clock while a time is being reached, it does', async (t) => {
  const { app, history } = await begin(t, { businessTime: 'watermark' });
  const reaching = app.reachBusinessTime(at('09:10'));
  app.followClock();
  await reaching;

  await app.handle(order, 'o-1', place('o-1'), { occurredAt: at('09:00') });
  await app.settled();

  assert.equal((await history()).at(-1), 'OrderCancelled o-1 09:30');
});

test('by the clock, what is overdue in business fires at once', async (t) => {
  const { app, history } = await begin(t, { businessTime: 'watermark' });
  await app.handle(order, 'o-1', place('o-1'), { occurredAt: at('09:00') });
  await app.settled();
  const before = await history();

  app.followClock();
  await app.settled();

  assert.equal(before.length, 1);
  assert.equal((await history()).at(-1), 'OrderCancelled o-1 09:30');
});

test('without anything said, business time is the clock', async (t) => {
  const { app, history } = await begin(t, {});

  await app.handle(order, 'o-1', place('o-1'), { occurredAt: at('09:00') });
  await app.settled();

  assert.equal((await history()).at(-1), 'OrderCancelled o-1 09:30');
});

test('business time never goes back, and is told by a time', async (t) => {
  const { app, history } = await begin(t, { businessTime: 'watermark' });
  await app.reachBusinessTime(at('10:00'));
  await app.reachBusinessTime(at('08:00'));

  await app.handle(order, 'o-1', place('o-1'), { occurredAt: at('09:00') });
  await app.settled();

  assert.equal((await history()).at(-1), 'OrderCancelled o-1 09:30');
  await rejection(app.reachBusinessTime('noon'), InvalidTimeError);
});

async function begin(t: TestContext, options: Partial<RunOptions>) {
  const store = memory();
  const app = await start(t, [shop], { store, ...options });
  const log = await store.reader('shop');
  const history = async () =>
    (await log.read({ after: 0, limit: 100 })).map(
      ({ type, key, occurredAt }) =>
        `${type} ${key} ${new Date(occurredAt).toISOString().slice(11, 16)}`,
    );
  return { app, history };
}
