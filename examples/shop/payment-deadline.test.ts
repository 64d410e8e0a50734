/** The half hour that an order has to be paid, through all contexts, and who is first at its end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Application } from 'thereupon';
import { initialUnits } from './inventory/model/restocking.ts';
import { stockLevels } from './inventory/stock-levels.ts';
import { order } from './ordering/aggregates.ts';
import { ordering } from './ordering/context.ts';
import { orderBook, type OrderSummary } from './ordering/order-book.ts';
import { paymentDeadline } from './ordering/payment-deadline.ts';
import { place, withShop } from './shop-fixture.ts';

const MINUTE_MS = 60_000;
const lines = [['MUG', 3, 2_550]] as const;
const orderId = '1';

test('with the gateway away an order is cancelled in half an hour, its goods are back, and a charge that comes later is given back', () =>
  withShop(
    async ({ app, gateway, parcelOf }) => {
      gateway.hold();
      await place(app, orderId, { lines, occurredAt: minutesAgo(60) });
      await until(async () => (await summaryOf(app)).status === 'cancelled');
      await until(async () => (await available(app)) === initialUnits);
      const keptBefore = gateway.keptPence;
      gateway.letGo();
      await app.settled();

      const { status, cancelledFor } = await summaryOf(app);
      assert.deepEqual([status, cancelledFor], ['cancelled', 'payment']);
      assert.equal(keptBefore, 0);
      assert.deepEqual([gateway.charges.size, gateway.refunds.size], [1, 1]);
      assert.equal(gateway.keptPence, 0);
      assert.equal(await available(app), initialUnits);
      assert.deepEqual(await parcelOf(orderId), [{ type: 'ShipmentStopped' }]);
      assert.deepEqual(await app.parked(), []);
    },
    { businessTime: 'clock' },
  ));

test('an order that is paid in time has no deadline any more', () =>
  withShop(async ({ app }) => {
    await place(app, orderId, { lines, occurredAt: '2011-12-05T10:00:00.000Z' });
    await app.settled();
    const timers = await app.timers();
    await app.reachBusinessTime('2011-12-05T11:00:00.000Z');

    assert.deepEqual(timers, []);
    assert.equal(await app.process(paymentDeadline, orderId), undefined);
    assert.equal((await summaryOf(app)).status, 'shipped');
  }));

test('with time to pay, an order waits for a gateway that is away', () =>
  withShop(
    async ({ app, gateway }) => {
      gateway.hold();
      await place(app, orderId, { lines, occurredAt: minutesAgo(10) });
      await until(async () => (await app.timers()).length === 1);
      const { status } = await summaryOf(app);
      gateway.letGo();
      await app.settled();

      assert.equal(status, 'placed');
      assert.equal((await summaryOf(app)).status, 'shipped');
      assert.deepEqual(await app.timers(), []);
    },
    { businessTime: 'clock' },
  ));

test('an order that its customer cancels meanwhile is cancelled once, for that reason', () =>
  withShop(async ({ app, gateway }) => {
    gateway.hold();
    await place(app, orderId, { lines, occurredAt: '2011-12-05T10:00:00.000Z' });
    await until(async () => (await app.timers()).length === 1);
    await app.handle(order, orderId, {
      type: 'CancelOrder',
      data: { orderId, reason: 'customer' },
    });
    gateway.letGo();
    await app.settled();
    await app.reachBusinessTime('2011-12-05T11:00:00.000Z');

    assert.equal((await summaryOf(app)).cancelledFor, 'customer');
    assert.equal(gateway.keptPence, 0);
    assert.deepEqual(await app.timers(), []);
  }));

test('an order cancelled before its deadline has begun is left alone when that is over', () =>
  withShop(async ({ app, gateway }) => {
    const who = { who: 'a test', why: 'the news of the stock comes late' };
    await app.pause(ordering, 'payment deadline', who);
    gateway.hold();
    await place(app, orderId, { lines, occurredAt: '2011-12-05T10:00:00.000Z' });
    await app.handle(order, orderId, {
      type: 'CancelOrder',
      data: { orderId, reason: 'customer' },
    });
    gateway.letGo();
    await until(async () => (await available(app)) === initialUnits);
    await app.resume(ordering, 'payment deadline', who);
    await app.reachBusinessTime('2011-12-05T11:00:00.000Z');

    assert.equal((await summaryOf(app)).cancelledFor, 'customer');
    assert.deepEqual(await app.timers(), []);
    assert.deepEqual(await app.parked(), []);
  }));

function minutesAgo(minutes: number): string {
  return new Date(Date.now() - minutes * MINUTE_MS).toISOString();
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve));
}

async function summaryOf(app: Application): Promise<OrderSummary> {
  const summary = await app.read(orderBook).get(orderId);
  assert.ok(summary);
  return summary;
}

async function available(app: Application): Promise<number | undefined> {
  return (await app.read(stockLevels).get('MUG'))?.available;
}
