/** How the shop stands at this moment, in figures small enough to be asked for every second. */
import { z } from '@hono/zod-openapi';
import { takings } from '../billing/takings.ts';
import { stockLevels } from '../inventory/stock-levels.ts';
import { orderBook } from '../ordering/order-book.ts';
import { GatewayStatus, OrderHead, orderStatuses } from './representations.ts';
import type { ShopApiOptions } from './shop-api-options.ts';
import { latestOrders } from './show-order.ts';
import type { ShopApp } from '../shop-app.ts';

const DAYS_SHOWN = 30;
const ORDERS_SHOWN = 12;
const PARKED_SHOWN = 20;

const count = z.int().nonnegative();

export const Overview = z
  .object({
    health: z.enum(['green', 'amber', 'red']).openapi({
      description: 'green: all moves. amber: something is parked. red: something does not move.',
    }),
    gateway: GatewayStatus,
    orders: z.object(
      Object.fromEntries(orderStatuses.map((status) => [status, count])) as Record<
        (typeof orderStatuses)[number],
        typeof count
      >,
    ),
    money: z.object({
      chargedPence: count,
      refundedPence: count,
      payments: count,
      declined: count,
      days: z
        .array(z.object({ day: z.iso.date(), chargedPence: count, refundedPence: count }))
        .openapi({ description: `The last ${DAYS_SHOWN} days with payments, oldest first.` }),
    }),
    shelves: z
      .object({ empty: count, few: count, some: count, many: count })
      .openapi({ description: 'How many products have 0, 1–50, 51–500 and more units available.' }),
    contexts: z.array(
      z.object({
        context: z.string(),
        behind: count.openapi({ description: 'Records that its slowest reader has still to see.' }),
        waiting: z.record(z.string(), count).openapi({ description: 'Rows that wait, by kind.' }),
        stalled: z.array(z.object({ subscription: z.string(), why: z.string() })),
      }),
    ),
    parked: z.array(
      z.object({
        context: z.string(),
        subscription: z.string(),
        key: z.string(),
        why: z.string(),
        heldBehind: count,
      }),
    ),
    latest: z.array(OrderHead),
  })
  .openapi('Overview');

export async function overviewOf({
  app,
  gateway,
}: ShopApiOptions): Promise<z.infer<typeof Overview>> {
  const [health, orders, money, shelves, parked, latest] = await Promise.all([
    app.health(),
    ordersByStatus(app),
    moneyOf(app),
    shelvesOf(app),
    app.parked(),
    latestOrders(app, ORDERS_SHOWN),
  ]);
  return {
    health: health.status,
    gateway: gateway.status,
    orders,
    money,
    shelves,
    contexts: health.contexts.map(({ context, subscriptions, waiting }) => ({
      context,
      behind: Math.max(0, ...subscriptions.map(({ lag }) => lag)),
      waiting: { ...waiting },
      stalled: subscriptions.flatMap(({ name, stalledWhy }) =>
        stalledWhy === null ? [] : [{ subscription: name, why: stalledWhy }],
      ),
    })),
    parked: parked.slice(0, PARKED_SHOWN).map(({ error, ...row }) => ({
      context: row.context,
      subscription: row.subscription,
      key: row.key,
      why: error?.message ?? 'no reason was kept',
      heldBehind: row.heldBehind,
    })),
    latest,
  };
}

type Orders = z.infer<typeof Overview>['orders'];

async function ordersByStatus(app: ShopApp): Promise<Orders> {
  const counts = await Promise.all(
    orderStatuses.map(async (status) => [status, await app.read(orderBook).count({ status })]),
  );
  return Object.fromEntries(counts) as Orders;
}

async function moneyOf(app: ShopApp): Promise<z.infer<typeof Overview>['money']> {
  // One document a day, so a year is a few hundred.
  const days = await app.read(takings).find({ orderBy: { day: 'ascending' }, limit: 10_000 });
  const sum = (figure: (day: (typeof days)[number]) => number): number =>
    days.reduce((total, day) => total + figure(day), 0);
  return {
    chargedPence: sum((day) => day.chargedPence),
    refundedPence: sum((day) => day.refundedPence),
    payments: sum((day) => day.payments),
    declined: sum((day) => day.declined),
    days: days.slice(-DAYS_SHOWN).map(({ day, chargedPence, refundedPence }) => ({
      day,
      chargedPence,
      refundedPence,
    })),
  };
}

async function shelvesOf(app: ShopApp): Promise<z.infer<typeof Overview>['shelves']> {
  const levels = app.read(stockLevels);
  const [empty, few, some, many] = await Promise.all([
    levels.count({ available: { atMost: 0 } }),
    levels.count({ available: { above: 0, atMost: 50 } }),
    levels.count({ available: { above: 50, atMost: 500 } }),
    levels.count({ available: { above: 500 } }),
  ]);
  return { empty, few, some, many };
}
