/** What customers and the shop's own people ask for, by the seed: some twenty orders and what comes of them. */
import type { Step, WorkloadChance } from 'thereupon/testing';
import { catalogue } from '../catalogue/context.ts';
import { listPrices } from '../catalogue/list-prices.ts';
import type { StoreClient } from '../catalogue/price-table-of.ts';
import { adjustment, restockRound } from '../inventory/aggregates.ts';
import { order, returnRequest } from '../ordering/aggregates.ts';

const GOODS = ['MUG', 'HEART', 'BIRD', 'LANTERN', 'CLOCK'];
const ORDERS = 20;
const WEEK = 2_922;
/** When the business of a simulation happens; its clock may be anywhere. */
const OPENED = '2026-01-05T09:00:00.000Z';

export function customersAndStaff(chance: WorkloadChance): readonly Step[] {
  const steps: Step[] = [listGoods(), beginWeek()];
  for (let number = 1; number <= ORDERS; number += 1) steps.push(...custom(number, chance));
  if (chance.happens(0.5)) steps.push(lose(chance.pick(GOODS), 1 + chance.below(10)));
  return steps;
}

function listGoods(): Step {
  const goods = GOODS.map((productId, index) => ({
    productId,
    description: productId.toLowerCase(),
    unitPriceMils: 1_250 + 700 * index,
  }));
  return {
    name: 'list the goods',
    work: (app) =>
      app.transaction<StoreClient, void>(catalogue, (tx) => listPrices(tx, OPENED, goods), {
        commandId: 'list',
        asked: 'list the goods',
      }),
  };
}

function beginWeek(): Step {
  const data = { week: WEEK, productIds: GOODS };
  return {
    name: 'begin the week',
    work: (app) =>
      app.handle(
        restockRound,
        String(WEEK),
        { type: 'BeginRestockRound', data },
        { commandId: 'week', occurredAt: OPENED },
      ),
  };
}

/** An order; now and then it is cancelled, or something of it is brought back. */
function custom(number: number, chance: WorkloadChance): readonly Step[] {
  const isDeclined = chance.happens(0.1);
  const orderId = `order-${number}${isDeclined ? '-declined' : ''}`;
  const customerId = chance.happens(0.1) ? null : `customer-${1 + chance.below(5)}`;
  const isTooLarge = chance.happens(0.1);
  const lines = Array.from({ length: 1 + chance.below(3) }, () => ({
    productId: chance.pick(GOODS),
    quantity: isTooLarge ? 2_000 : 1 + chance.below(12),
    unitPriceMils: 1_250 + 100 * chance.below(20),
  }));
  const data = {
    orderId,
    customerId,
    name: customerId && `Customer ${customerId}`,
    address: customerId && `${customerId} High Street`,
    country: 'United Kingdom',
    lines,
    charges: [],
  };
  const place: Step = {
    name: `place ${orderId}`,
    work: (app) =>
      app.handle(
        order,
        orderId,
        { type: 'PlaceOrder', data },
        { commandId: `place ${orderId}`, occurredAt: OPENED },
      ),
  };
  const fate = chance.below(100);
  if (fate < 10) return [place, cancel(orderId)];
  if (fate < 25) return [place, bringBack(`R${number}`, customerId, lines[0]?.productId ?? 'MUG')];
  return [place];
}

function cancel(orderId: string): Step {
  const data = { orderId, reason: 'customer' as const };
  return {
    name: `cancel ${orderId}`,
    work: (app) =>
      app
        .handle(order, orderId, { type: 'CancelOrder', data }, { commandId: `cancel ${orderId}` })
        .catch(unlessRefused),
  };
}

function bringBack(returnId: string, customerId: string | null, productId: string): Step {
  const data = { returnId, customerId, lines: [{ productId, quantity: 1 }] };
  return {
    name: `bring back ${returnId}`,
    async work(app) {
      await app.sleep(3_000);
      const command = { type: 'RequestReturn' as const, data };
      const options = { commandId: `return ${returnId}`, occurredAt: OPENED };
      await app.handle(returnRequest, returnId, command, options).catch(unlessRefused);
    },
  };
}

function lose(productId: string, quantity: number): Step {
  const data = { adjustmentId: 'A1', lines: [{ productId, quantity: -quantity }] };
  return {
    name: `lose ${quantity} of ${productId}`,
    work: (app) =>
      app.handle(
        adjustment,
        'A1',
        { type: 'RecordAdjustment', data },
        { commandId: 'A1', occurredAt: OPENED },
      ),
  };
}

// Too late to cancel, or nothing to bring back: that happens to real people, too.
function unlessRefused(error: unknown): void {
  if ((error as { name?: unknown }).name !== 'OrderingRefusedError') throw error;
}
