/**
 * Shoppers of our own making, so that a shop without customers shows something: they order what the
 * price list offers, some as guests, and now and then one cancels or brings something back.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { KeepPrices } from './catalogue/keep-prices.ts';
import type { PriceListing } from './catalogue/list-prices.ts';
import { weekOf } from './inventory/model/week.ts';
import { order, returnRequest } from './ordering/aggregates.ts';
import { priceList, type ListedProduct } from './ordering/price-list.ts';
import type { Dice } from './replay/dice.ts';
import { makeCustomers, makeGoods, type Customer } from './replay/made-goods.ts';
import { restockWeek } from './restock-week.ts';
import type { ShopApp } from './shop-app.ts';

export type ShoppersOptions = {
  readonly keepPrices: KeepPrices;
  readonly dice: Dice;
  /** Orders a second, on the average. */
  readonly rate: number;
  /** What tells the orders of this run from those of others. */
  readonly run: string;
  readonly now: () => string;
  readonly signal: AbortSignal;
};

type Basket = { productId: string; quantity: number; unitPriceMils: number };
type Bought = { orderId: string; customer: Customer | null; basket: readonly Basket[] };

/** So many of the last orders may still be cancelled or brought back. */
const rememberedMax = 50;

/** Shops until the signal aborts. */
export async function goShopping(app: ShopApp, options: ShoppersOptions): Promise<void> {
  const { dice, rate, now, signal } = options;
  await openShelves(app, options, now());
  const customers = makeCustomers(dice, 100);
  const remembered: Bought[] = [];
  for (let number = 1; !signal.aborted; number++) {
    const goods = await app.read(priceList).find({ limit: 1_000 });
    if (goods.length > 0) {
      const customer = dice.chance(0.1) ? null : dice.pick(customers);
      const bought = await placeOrder(app, { goods, customer, number }, options);
      remembered.push(bought);
      if (remembered.length > rememberedMax) remembered.shift();
      if (dice.chance(0.02)) await cancel(app, bought.orderId);
      else if (dice.chance(0.05)) await bringBack(app, dice.pick(remembered), `R${bought.orderId}`);
      // One command for each week, so asking at each order is enough and costs next to nothing.
      if (number % 100 === 0) await restockWeek(app, { week: weekOf(now()), occurredAt: now() });
    }
    const waitMs = (1_000 / rate) * (dice.between(50, 150) / 100);
    await delay(waitMs, undefined, { signal }).catch(() => undefined);
  }
}

/** A shop that sells nothing yet lists goods of our own making. */
async function openShelves(
  app: ShopApp,
  { dice, keepPrices }: ShoppersOptions,
  at: string,
): Promise<void> {
  if ((await app.read(priceList).count()) === 0) {
    const listings = makeGoods(dice, 120).map(({ code, description, wholesale }): PriceListing => ({
      productId: code.toUpperCase(),
      description: description.trim(),
      unitPriceMils: Math.max(100, Math.round(Number(wholesale) * 1_000)),
    }));
    await keepPrices({ at, listings });
  }
  await restockWeek(app, { week: weekOf(at), occurredAt: at });
}

async function placeOrder(
  app: ShopApp,
  asked: {
    readonly goods: readonly ListedProduct[];
    readonly customer: Customer | null;
    readonly number: number;
  },
  { dice, run }: ShoppersOptions,
): Promise<Bought> {
  const { goods, customer, number } = asked;
  const orderId = `S${run}-${number}`;
  const basket = Array.from({ length: dice.between(1, 6) }, (): Basket => {
    const { productId, unitPriceMils } = dice.pick(goods);
    return { productId, quantity: dice.between(1, 12), unitPriceMils };
  });
  const data = {
    orderId,
    customerId: customer?.id ?? null,
    name: customer && `Customer ${customer.id}`,
    address: customer && `${customer.id} High Street`,
    country: customer?.country ?? 'United Kingdom',
    lines: basket,
    charges: [],
  };
  await app.handle(order, orderId, { type: 'PlaceOrder', data }, { commandId: `place ${orderId}` });
  return { orderId, customer, basket };
}

async function cancel(app: ShopApp, orderId: string): Promise<void> {
  const data = { orderId, reason: 'customer' as const };
  await app.handle(order, orderId, { type: 'CancelOrder', data }).catch(unlessRefused);
}

async function bringBack(app: ShopApp, bought: Bought, returnId: string): Promise<void> {
  const { customer, basket } = bought;
  const lines = basket.slice(0, 1).map(({ productId }) => ({ productId, quantity: 1 }));
  const data = { returnId, customerId: customer?.id ?? null, lines };
  await app.handle(returnRequest, returnId, { type: 'RequestReturn', data }).catch(unlessRefused);
}

// Too late to cancel: that happens to real people, too.
function unlessRefused(error: unknown): void {
  if ((error as { name?: unknown }).name !== 'OrderingRefusedError') throw error;
}
