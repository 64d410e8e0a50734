import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Application } from 'thereupon';
import { takings } from './billing/takings.ts';
import { catalogue } from './catalogue/context.ts';
import { listPrices } from './catalogue/list-prices.ts';
import type { StoreClient } from './catalogue/price-table-of.ts';
import { fulfilment } from './fulfilment/context.ts';
import { adjustment } from './inventory/aggregates.ts';
import { initialUnits } from './inventory/model/restocking.ts';
import { weekOf } from './inventory/model/week.ts';
import { shortages } from './inventory/shortages.ts';
import { stockLevels } from './inventory/stock-levels.ts';
import { order, returnRequest } from './ordering/aggregates.ts';
import { orderBook } from './ordering/order-book.ts';
import { priceList } from './ordering/price-list.ts';
import { purchases } from './ordering/purchases.ts';
import { returnBook } from './ordering/return-book.ts';
import { restockWeek } from './restock-week.ts';
import { place, withShop, type ParcelEvent } from './shop-fixture.ts';

test('an order goes through all contexts: reserved, paid, confirmed, shipped', () =>
  withShop(async ({ app, gateway, parcelOf }) => {
    await place(app, '1', { lines: [['MUG', 3, 2_550]] });
    await app.settled();

    assert.equal(await statusOf(app, '1'), 'shipped');
    assert.equal(await available(app, 'MUG'), initialUnits - 3);
    assert.equal(gateway.keptPence, 765);
    assert.deepEqual(await parcelOf('1'), sentTo('Customer ada, 1 ada Lane, France'));
    const [day] = await app.read(takings).find();
    assert.equal(day?.chargedPence, 765);
  }));

test('an order that meets too empty a shelf takes nothing, and is cancelled when it has waited for two weeks', () =>
  withShop(async ({ app, gateway }) => {
    const tooMany = initialUnits + 1;
    await place(app, '1', {
      lines: [
        ['MUG', 3, 100],
        ['TRAY', tooMany, 100],
      ],
      occurredAt: '2011-12-05T10:00:00.000Z',
    });
    await app.settled();
    const availableMeanwhile = await available(app, 'MUG');
    await app.reachBusinessTime('2011-12-19T10:00:00.000Z');

    const summary = await app.read(orderBook).get('1');
    assert.equal(summary?.status, 'cancelled');
    assert.equal(summary?.cancelledFor, 'stock');
    assert.equal(availableMeanwhile, initialUnits);
    assert.equal(await available(app, 'MUG'), initialUnits);
    assert.equal(gateway.charges.size, 0);
    assert.deepEqual((await app.read(shortages).get('1'))?.missing, [
      { productId: 'TRAY', asked: tooMany, available: initialUnits },
    ]);
  }));

test('an order whose card is declined is cancelled, and its goods are free again', () =>
  withShop(async ({ app, gateway, parcelOf }) => {
    gateway.declines.add('1');
    await place(app, '1', { lines: [['MUG', 3, 100]] });
    await app.settled();

    assert.equal((await app.read(orderBook).get('1'))?.cancelledFor, 'payment');
    assert.equal(await available(app, 'MUG'), initialUnits);
    assert.deepEqual(await parcelOf('1'), [{ type: 'ShipmentStopped' }]);
  }));

test('an order cancelled while its card is charged gets its money back and is never shipped', () =>
  withShop(async ({ app, gateway, parcelOf }) => {
    gateway.hold();
    await place(app, '1', { lines: [['MUG', 3, 100]] });
    const command = { type: 'CancelOrder', data: { orderId: '1', reason: 'customer' } } as const;
    await app.handle(order, '1', command);
    gateway.letGo();
    await app.settled();

    assert.equal(await statusOf(app, '1'), 'cancelled');
    assert.equal(gateway.keptPence, 0);
    assert.equal(await available(app, 'MUG'), initialUnits);
    assert.deepEqual(await parcelOf('1'), [{ type: 'ShipmentStopped' }]);
  }));

test('an order cancelled while its parcel leaves ends shipped, and is cancelled no more', () =>
  withShop(async ({ app, gateway, parcelOf }) => {
    const who = { who: 'a test', why: 'the parcel waits at the door' };
    await app.pause(fulfilment, 'send parcels', who);
    await place(app, '1', { lines: [['MUG', 3, 100]] });
    while ((await statusOf(app, '1')) !== 'confirmed') await turn();
    const command = { type: 'CancelOrder', data: { orderId: '1', reason: 'customer' } } as const;
    const { state } = await app.handle(order, '1', command);
    await app.resume(fulfilment, 'send parcels', who);
    await app.settled();

    assert.equal(state.status, 'cancelling');
    assert.equal(await statusOf(app, '1'), 'shipped');
    assert.deepEqual(await parcelOf('1'), sentTo('Customer ada, 1 ada Lane, France'));
    assert.equal(gateway.keptPence, 30);
  }));

test('goods that come back are refunded at the price that was charged, newest order first', () =>
  withShop(async ({ app, gateway }) => {
    await place(app, '1', { lines: [['MUG', 2, 1_000]], occurredAt: '2011-01-01T10:00:00Z' });
    await place(app, '2', { lines: [['MUG', 2, 3_000]], occurredAt: '2011-01-02T10:00:00Z' });
    await app.settled();
    await bringBack(app, 'C3', 'ada', [['MUG', 3]]);
    await app.settled();

    const summary = await app.read(returnBook).get('C3');
    assert.deepEqual(summary?.matched, [
      { orderId: '2', lines: [{ productId: 'MUG', quantity: 2 }] },
      { orderId: '1', lines: [{ productId: 'MUG', quantity: 1 }] },
    ]);
    assert.equal(gateway.keptPence, 200 + 600 - 600 - 100);
    assert.equal(await available(app, 'MUG'), initialUnits - 4 + 3);
    assert.equal((await app.read(purchases).get('1'))?.lines[0]?.returned, 1);
  }));

test('what cannot be matched is refused and moves neither money nor stock', () =>
  withShop(async ({ app, gateway }) => {
    await place(app, '1', { lines: [['MUG', 2, 1_000]] });
    await app.settled();
    await bringBack(app, 'C2', 'ada', [
      ['MUG', 5],
      ['TRAY', 1],
    ]);
    await bringBack(app, 'C3', null, [['MUG', 1]]);
    await app.settled();

    const refused = await app.read(returnBook).find({ where: { refusedUnits: { above: 0 } } });
    assert.deepEqual(
      refused.flatMap((each) => each.refused).map(({ quantity, reason }) => [quantity, reason]),
      [
        [3, 'bought-fewer'],
        [1, 'never-bought'],
        [1, 'guest'],
      ],
    );
    assert.equal(gateway.keptPence, 0);
    assert.equal(await available(app, 'MUG'), initialUnits);
  }));

test('two returns of the same goods at once take each unit back once', () =>
  withShop(async ({ app, gateway }) => {
    await place(app, '1', { lines: [['MUG', 3, 1_000]] });
    await app.settled();
    await Promise.all([
      bringBack(app, 'C2', 'ada', [['MUG', 2]]),
      bringBack(app, 'C3', 'ada', [['MUG', 2]]),
    ]);
    await app.settled();

    const settled = await app.read(returnBook).find({ where: { status: 'settled' } });
    assert.equal(settled.length, 2);
    assert.equal(
      settled.reduce((units, each) => units + each.refusedUnits, 0),
      1,
    );
    assert.equal(gateway.keptPence, 0);
  }));

test('while the gateway is off Billing pauses and parks nothing; then all goes on', () =>
  withShop(async ({ app, gateway }) => {
    gateway.isOff = true;
    const orders = Array.from({ length: 12 }, (_, index) => String(index + 1));
    await Promise.all(orders.map((id) => place(app, id, { lines: [['MUG', 1, 100]] })));
    while (await isCharging(app)) await turn();
    gateway.isOff = false;
    await app.settled();

    assert.deepEqual(await app.parked(), []);
    assert.equal(await app.read(orderBook).count({ status: 'shipped' }), 12);
    assert.equal(gateway.charges.size, 12);
  }));

test('a guest is not registered, and gets a parcel to a country', () =>
  withShop(async ({ app, parcelOf }) => {
    await place(app, '1', { customerId: null, country: 'EIRE', lines: [['MUG', 1, 100]] });
    await app.settled();

    assert.equal(await statusOf(app, '1'), 'shipped');
    assert.deepEqual(await parcelOf('1'), sentTo('guest, EIRE'));
  }));

test('a customer who tells other details gets the next parcel there', () =>
  withShop(async ({ app, parcelOf }) => {
    await place(app, '1', { lines: [['MUG', 1, 100]] });
    await app.settled();
    await place(app, '2', { country: 'Norway', lines: [['MUG', 1, 100]] });
    await app.settled();

    assert.deepEqual(await parcelOf('2'), sentTo('Customer ada, 1 ada Lane, Norway'));
  }));

test('a week is restocked once, by what was asked for before', () =>
  withShop(async ({ app }) => {
    await place(app, '1', { lines: [['MUG', 400, 100]], occurredAt: '2011-01-03T10:00:00Z' });
    await app.settled();
    const occurredAt = '2011-01-10T00:00:00Z';
    const week = weekOf(occurredAt);
    await restockWeek(app, { week, occurredAt });
    await app.settled();
    const after = await available(app, 'MUG');
    await restockWeek(app, { week, occurredAt });
    await app.settled();

    assert.equal(after, 800);
    assert.equal(await available(app, 'MUG'), 800);
  }));

test('an adjustment takes at most what is there and not reserved; the rest is recorded', () =>
  withShop(async ({ app, gateway }) => {
    gateway.hold();
    await place(app, '1', { lines: [['MUG', 100, 100]] });
    const lines = [{ productId: 'MUG', quantity: -1_000 }];
    const data = { adjustmentId: '2', lines };
    while ((await available(app, 'MUG')) !== initialUnits - 100) await turn();
    await app.handle(adjustment, '2', { type: 'RecordAdjustment', data });
    gateway.letGo();
    await app.settled();

    assert.equal(await available(app, 'MUG'), 0);
    assert.equal(await statusOf(app, '1'), 'shipped');
  }));

test('ordering learns of prices from the catalogue, and an older price changes nothing', () =>
  withShop(async ({ app }) => {
    await list(app, '2011-01-02T00:00:00Z', 1_000);
    await list(app, '2011-01-03T00:00:00Z', 1_250);
    await list(app, '2011-01-01T00:00:00Z', 900);
    await app.settled();

    const product = await app.read(priceList).get('MUG');
    assert.deepEqual(product, { productId: 'MUG', description: 'A MUG', unitPriceMils: 1_250 });
  }));

/** Until so much has failed that nothing more is tried but a probe now and then. */
async function isCharging(app: Application): Promise<boolean> {
  const { contexts } = await app.health();
  const billing = contexts.find(({ context }) => context === 'billing');
  const effect = billing?.subscriptions.find(({ name }) => name === 'charge the card');
  return effect?.stalledWhy === null;
}

/** Lets everything else have its turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function statusOf(app: Application, orderId: string): Promise<string | undefined> {
  return (await app.read(orderBook).get(orderId))?.status;
}

async function available(app: Application, productId: string): Promise<number | undefined> {
  return (await app.read(stockLevels).get(productId))?.available;
}

function sentTo(address: string): readonly ParcelEvent[] {
  return [{ type: 'OrderShipped', address }];
}

async function bringBack(
  app: Application,
  returnId: string,
  customerId: string | null,
  units: readonly (readonly [productId: string, quantity: number])[],
): Promise<void> {
  const lines = units.map(([productId, quantity]) => ({ productId, quantity }));
  const data = { returnId, customerId, lines };
  await app.handle(returnRequest, returnId, { type: 'RequestReturn', data });
}

async function list(app: Application, at: string, unitPriceMils: number): Promise<void> {
  const listings = [{ productId: 'MUG', description: 'A MUG', unitPriceMils }];
  await app.transaction<StoreClient, void>(catalogue, (tx) => listPrices(tx, at, listings));
}
