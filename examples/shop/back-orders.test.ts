/** An order that lacks stock, through all contexts: it waits, and is sent after a restock, or not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Application } from 'thereupon';
import { adjustment } from './inventory/aggregates.ts';
import { backOrders } from './inventory/back-orders.ts';
import { inventory } from './inventory/context.ts';
import { initialUnits } from './inventory/model/restocking.ts';
import { weekOf } from './inventory/model/week.ts';
import { stockLevels } from './inventory/stock-levels.ts';
import { order, returnRequest } from './ordering/aggregates.ts';
import { orderBook, type OrderSummary } from './ordering/order-book.ts';
import { returnBook } from './ordering/return-book.ts';
import { restockWeek } from './restock-week.ts';
import { place, withShop } from './shop-fixture.ts';

const monday = '2011-12-05T10:00:00.000Z';
const inAWeek = '2011-12-12T08:00:00.000Z';
const inTwoWeeks = '2011-12-19T10:00:00.000Z';
const tooMany = initialUnits + 1;

test('an order that lacks stock waits, is sent after the restock, and has half an hour to pay from then on', () =>
  withShop(async ({ app, gateway }) => {
    await placeAt(app, '1', monday, tooMany);
    await app.settled();
    const waiting = await summaryOf(app, '1');
    const heldMeanwhile = await available(app);
    await restock(app, inAWeek);

    assert.deepEqual([waiting.status, waiting.goodsAwaitedUntil], ['placed', inTwoWeeks]);
    assert.equal(heldMeanwhile, initialUnits);
    const { status, goodsAwaitedUntil } = await summaryOf(app, '1');
    assert.deepEqual([status, goodsAwaitedUntil], ['shipped', null]);
    assert.equal(await available(app), 2 * tooMany - tooMany);
    assert.equal(gateway.charges.size, 1);
    assert.deepEqual(await app.timers(), []);
  }));

test('an order that is short for two weeks is cancelled then, and takes nothing with it', () =>
  withShop(async ({ app, gateway }) => {
    await placeAt(app, '1', monday, tooMany);
    await restockInVain(app, inAWeek, 2 * tooMany);
    const waiting = await summaryOf(app, '1');
    const before = await available(app);
    await app.reachBusinessTime('2011-12-19T09:59:59.999Z');
    const lastMoment = await summaryOf(app, '1');
    await app.reachBusinessTime(inTwoWeeks);

    assert.deepEqual([waiting.status, waiting.goodsAwaitedUntil], ['placed', inTwoWeeks]);
    assert.equal(lastMoment.status, 'placed');
    const { status, cancelledFor, goodsAwaitedUntil } = await summaryOf(app, '1');
    assert.deepEqual([status, cancelledFor, goodsAwaitedUntil], ['cancelled', 'stock', null]);
    assert.equal(await available(app), before);
    assert.equal(gateway.charges.size, 0);
    assert.equal(await app.process(backOrders, 'shelves'), undefined);
  }));

test('of what a restock brings, who fell short first is served first', () =>
  withShop(async ({ app }) => {
    for (const [index, orderId] of ['1', '2', '3'].entries())
      await placeAt(app, orderId, `2011-12-05T1${index}:00:00.000Z`, tooMany);
    // Twice what all of them want comes in; a third of it, less a unit, is enough for but one.
    await restockInVain(app, inAWeek, 4 * tooMany + 1);

    const statuses = await Promise.all(['1', '2', '3'].map((id) => summaryOf(app, id)));
    assert.deepEqual(
      statuses.map(({ status }) => status),
      ['shipped', 'placed', 'placed'],
    );
  }));

test('what waits is no demand of the next week again', () =>
  withShop(async ({ app }) => {
    await placeAt(app, '1', monday, tooMany);
    await restockInVain(app, inAWeek, 2 * tooMany);
    await placeAt(app, '2', inAWeek, 100);
    await restock(app, '2011-12-19T08:00:00.000Z');
    const statuses = await Promise.all(['1', '2'].map((id) => summaryOf(app, id)));
    await restock(app, '2011-12-26T08:00:00.000Z');

    assert.deepEqual(
      statuses.map(({ status }) => status),
      ['shipped', 'shipped'],
    );
    assert.equal(await available(app), 2 * tooMany);
  }));

test('who cancels while waiting is not asked for again', () =>
  withShop(async ({ app, gateway }) => {
    await placeAt(app, '1', monday, tooMany);
    await app.settled();
    const data = { orderId: '1', reason: 'customer' } as const;
    await app.handle(order, '1', { type: 'CancelOrder', data });
    await restock(app, inAWeek);

    assert.equal((await summaryOf(app, '1')).cancelledFor, 'customer');
    assert.equal(await available(app), 2 * tooMany);
    assert.equal(gateway.charges.size, 0);
    assert.deepEqual(await app.timers(), []);
  }));

test('who gives back all of an order that still waits has cancelled it', () =>
  withShop(async ({ app, gateway }) => {
    await placeAt(app, '1', monday, tooMany);
    await app.settled();
    await bringBack(app, 'C2', tooMany - 1);
    const afterOneLess = await summaryOf(app, '1');
    await bringBack(app, 'C3', tooMany);
    await restock(app, inAWeek);

    assert.equal(afterOneLess.status, 'placed');
    const { status, cancelledFor } = await summaryOf(app, '1');
    assert.deepEqual([status, cancelledFor], ['cancelled', 'customer']);
    const { refused } = (await app.read(returnBook).get('C3')) ?? assert.fail('no return');
    assert.deepEqual(refused, [{ productId: 'MUG', quantity: tooMany, reason: 'never-sent' }]);
    assert.equal(gateway.charges.size, 0);
  }));

test('who cancels while having its turn takes nothing', () =>
  withShop(async ({ app }) => {
    await placeAt(app, '1', monday, tooMany);
    await app.settled();
    const data = { orderId: '1', reason: 'customer' } as const;
    await Promise.all([
      restockWeek(app, { week: weekOf(inAWeek), occurredAt: inAWeek }),
      app.handle(order, '1', { type: 'CancelOrder', data }),
    ]);
    await app.settled();

    assert.equal((await summaryOf(app, '1')).cancelledFor, 'customer');
    assert.equal(await available(app), 2 * tooMany);
    assert.deepEqual(await app.parked(), []);
  }));

function placeAt(app: Application, orderId: string, occurredAt: string, quantity: number) {
  return place(app, orderId, { lines: [['MUG', quantity, 100]], occurredAt });
}

async function bringBack(app: Application, returnId: string, quantity: number): Promise<void> {
  const data = { returnId, customerId: 'ada', lines: [{ productId: 'MUG', quantity }] };
  await app.handle(
    returnRequest,
    returnId,
    { type: 'RequestReturn', data },
    { occurredAt: monday },
  );
  await app.settled();
}

async function restock(app: Application, occurredAt: string): Promise<void> {
  await app.reachBusinessTime(occurredAt);
  await restockWeek(app, { week: weekOf(occurredAt), occurredAt });
  await app.settled();
}

/** So much of what comes in is lost before anybody who waits has a turn. */
async function restockInVain(app: Application, occurredAt: string, lost: number): Promise<void> {
  await app.reachBusinessTime(occurredAt);
  const why = { who: 'a test', why: 'the goods are lost first' };
  await app.pause(inventory, 'back-orders', why);
  await restockWeek(app, { week: weekOf(occurredAt), occurredAt });
  const data = { adjustmentId: '1', lines: [{ productId: 'MUG', quantity: -lost }] };
  while ((await available(app)) === initialUnits) await turn();
  const came = (await available(app)) ?? 0;
  await app.handle(adjustment, '1', { type: 'RecordAdjustment', data }, { occurredAt });
  while ((await available(app)) !== came - lost) await turn();
  await app.resume(inventory, 'back-orders', why);
  await app.settled();
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function summaryOf(app: Application, orderId: string): Promise<OrderSummary> {
  const summary = await app.read(orderBook).get(orderId);
  assert.ok(summary);
  return summary;
}

async function available(app: Application): Promise<number | undefined> {
  return (await app.read(stockLevels).get('MUG'))?.available;
}
