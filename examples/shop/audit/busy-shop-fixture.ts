/**
 * Two weeks of the shop, with something of everything: orders that are shipped, that find the
 * shelf too empty and wait for a restock in vain or not, whose card is declined, whose answer is
 * lost, that are cancelled and brought back, an adjustment and a restock. It has stopped when this answers: its files are the result.
 */
import { join } from 'node:path';
import { mkdirSync } from 'node:fs';
import { run, silent, type Application, type BoundedContext, type Transaction } from 'thereupon';
import { postgres } from 'thereupon/postgres';
import { sqlite } from 'thereupon/sqlite';
import { catalogue } from '../catalogue/context.ts';
import { listPrices } from '../catalogue/list-prices.ts';
import type { StoreClient } from '../catalogue/price-table-of.ts';
import { contexts } from '../contexts.ts';
import { GatewayClient } from '../gateway/client.ts';
import { behaviourFor, type Behaviour } from '../gateway/misbehaviour.ts';
import { startGateway } from '../gateway/start.ts';
import { adjustment, restockRound } from '../inventory/aggregates.ts';
import { weekOf } from '../inventory/model/week.ts';
import { order, returnRequest } from '../ordering/aggregates.ts';
import type { ShopPlace } from '../shop-place.ts';
import { gatewayFile } from './attached-files.ts';

const goods = ['MUG', 'HEART', 'BIRD'].map((productId, index) => ({
  productId,
  description: productId,
  unitPriceMils: 1_255 + 700 * index,
}));

const monday = '2011-12-05T10:00:00.000Z';
const inAWeek = '2011-12-12T08:00:00.000Z';
const inTwoWeeks = '2011-12-19T10:00:00.000Z';

export type BusyShop = {
  /** Called when the shop is at rest, and one order waits for goods. */
  readonly whileOneWaits?: () => Promise<void>;
  /** Default: the shop's own contexts. */
  readonly wired?: readonly BoundedContext[];
};

export async function runBusyShop(
  { directory, store }: ShopPlace,
  { whileOneWaits = async () => undefined, wired = contexts }: BusyShop = {},
): Promise<void> {
  mkdirSync(join(directory, 'gateway'), { recursive: true });
  const gateway = await startGateway({ dataFile: join(directory, gatewayFile) });
  const client = new GatewayClient({ port: gateway.port });
  const app = await run(wired, {
    store: store === undefined ? sqlite(directory, { durability: 'normal' }) : postgres(store),
    dependencies: { gateway: client },
    logger: silent,
    businessTime: 'watermark',
  });
  try {
    await doBusiness(app, whileOneWaits);
  } finally {
    await app.stop();
    client.close();
    await gateway.stop();
  }
}

async function doBusiness(app: Application, whileOneWaits: () => Promise<void>): Promise<void> {
  await app.transaction(catalogue, (tx: Transaction<StoreClient>) =>
    listPrices(tx, '2011-12-01T08:00:00.000Z', goods),
  );
  await app.settled();

  await place(app, orderIdWhich('answers', 'SHIPPED'), 5);
  await place(app, orderIdWhich('declines', 'DECLINED'), 5);
  await place(app, orderIdWhich('answers-late', 'LATE'), 5);
  await place(app, orderIdWhich('loses-the-answer', 'LOST'), 5);
  await place(app, orderIdWhich('answers', 'TOO-LARGE'), 1_000);
  await place(app, orderIdWhich('answers', 'WAITED'), 600, ['MUG', 'HEART']);
  const cancelled = orderIdWhich('answers', 'CANCELLED');
  // Cancelled while it waits for goods: of another one it would be chance whether it was charged before.
  await place(app, cancelled, 1_000);
  await app.settled();
  const cancel = { orderId: cancelled, reason: 'customer' } as const;
  await app.handle(order, cancelled, { type: 'CancelOrder', data: cancel }, { occurredAt: monday });
  await app.settled();

  const returned = {
    returnId: 'C1',
    customerId: '12345',
    lines: [{ productId: 'MUG', quantity: 3 }],
  };
  await app.handle(
    returnRequest,
    'C1',
    { type: 'RequestReturn', data: returned },
    { occurredAt: monday },
  );
  const lost = { adjustmentId: 'A1', lines: [{ productId: 'HEART', quantity: -7 }] };
  await app.handle(
    adjustment,
    'A1',
    { type: 'RecordAdjustment', data: lost },
    { occurredAt: monday },
  );
  await app.settled();

  await app.reachBusinessTime(inAWeek);
  // Of birds there will be no more.
  const data = { week: weekOf(inAWeek), productIds: ['MUG', 'HEART'] };
  await app.handle(
    restockRound,
    String(data.week),
    { type: 'BeginRestockRound', data },
    { occurredAt: inAWeek },
  );
  await app.settled();
  await whileOneWaits();
  await app.reachBusinessTime(inTwoWeeks);
  await app.settled();
}

async function place(
  app: Application,
  orderId: string,
  quantity: number,
  products: readonly string[] = goods.map(({ productId }) => productId),
): Promise<void> {
  const lines = goods
    .filter(({ productId }) => products.includes(productId))
    .map(({ productId, unitPriceMils }) => ({ productId, quantity, unitPriceMils }));
  const buyer = { customerId: '12345', name: 'A. Buyer', address: '1 High Street' };
  const data = { orderId, ...buyer, country: 'France', lines, charges: [] };
  await app.handle(order, orderId, { type: 'PlaceOrder', data }, { occurredAt: monday });
}

/** The gateway treats an order by its number alone, so numbers are tried until one fits. */
export function orderIdWhich(behaviour: Behaviour, name: string): string {
  for (let number = 1; ; number += 1) {
    const orderId = `${name}-${number}`;
    if (behaviourFor(orderId) === behaviour) return orderId;
  }
}
