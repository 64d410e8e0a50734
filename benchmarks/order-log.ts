/**
 * An Ordering log of the shape that a replayed year of the shop leaves behind: for each order what
 * happened to it, what was told to others and what they answered, some minutes of orders under way
 * at once. One order in twenty fails on stock, one in ten sends something back. Orders have 1 to
 * some hundred lines, half of them up to 15.
 */
import { systemHost } from '../src/host/host.ts';
import type { Direction, NewRecord } from '../src/log/record.ts';

/** A replayed year has so many orders. */
export const ORDERS_OF_A_YEAR = 20_000;

const ORDERS_UNDER_WAY = 20;
const MINUTE_MS = 60_000;

export function* orderLog(orders: number): Generator<NewRecord> {
  const { ids } = systemHost();
  for (let first = 0; first < orders; first += ORDERS_UNDER_WAY) {
    const count = Math.min(ORDERS_UNDER_WAY, orders - first);
    const lives = Array.from({ length: count }, (_, index) => lifeOf(first + index));
    const steps = Math.max(...lives.map((life) => life.length));
    const at = Date.UTC(2010, 11, 1, 8) + Math.floor(first / ORDERS_UNDER_WAY) * 7 * MINUTE_MS;
    for (let step = 0; step < steps; step += 1)
      for (const [index, life] of lives.entries())
        for (const part of life[step] ?? []) yield recordOf(part, first + index, { at, ids });
  }
}

interface Part {
  readonly direction: Direction;
  readonly type: string;
  readonly version: number | null;
  readonly source: string;
  readonly data: object;
}

/** What happens to one order, step by step. */
function lifeOf(order: number): readonly (readonly Part[])[] {
  const orderId = String(536_365 + order);
  let version = 0;
  const happens = (type: string, data: object): Part => ({
    direction: 'domain',
    type,
    version: (version += 1),
    source: 'ordering',
    data,
  });
  const placed = placedOrder(orderId, order);
  const begin = [
    happens('OrderPlaced', placed),
    tells('ordering.OrderPlaced', withoutPrices(placed)),
  ];
  if (order % 20 === 7) {
    const failed = hears('inventory.StockReservationFailed', { orderId, shortages: [] });
    const cancelled = { orderId, reason: 'stock' };
    return [
      begin,
      [failed],
      [happens('OrderCancelled', cancelled), tells('ordering.OrderCancelled', cancelled)],
    ];
  }
  const life = [
    begin,
    [hears('billing.PaymentCompleted', { orderId, amountPence: placed.totalPence })],
    [happens('OrderConfirmed', { orderId }), tells('ordering.OrderConfirmed', { orderId })],
    [hears('fulfilment.OrderShipped', { orderId })],
    [happens('OrderMarkedShipped', { orderId })],
  ];
  if (order % 10 === 3) {
    const [line] = placed.lines;
    const returned = { lineNumber: 1, productId: line?.productId, quantity: 1, refundPence: 85 };
    const data = { orderId, returnId: `C${orderId}`, lines: [returned], refundPence: 85 };
    life.push([happens('GoodsReturned', data), tells('ordering.GoodsReturned', data)]);
  }
  return life;
}

function tells(type: string, data: object): Part {
  return { direction: 'outgoing', type, version: null, source: 'ordering', data };
}

function hears(type: string, data: object): Part {
  const source = type.slice(0, type.indexOf('.'));
  return { direction: 'incoming', type, version: null, source, data };
}

function placedOrder(orderId: string, order: number) {
  // 1 to 15 lines for one half, then ever fewer orders with ever more lines.
  const turn = (order * 37) % 100;
  const count = turn < 50 ? 1 + (turn % 15) : turn < 97 ? 15 + (turn - 50) : 150 + turn;
  const lines = Array.from({ length: count }, (_, index) => {
    const quantity = 1 + ((order + index) % 24);
    const unitPriceMils = 420 + ((order * 31 + index * 170) % 9_000);
    const productId = String(10_000 + ((order * 7 + index * 113) % 4_000));
    return {
      productId,
      quantity,
      unitPriceMils,
      amountPence: Math.round((quantity * unitPriceMils) / 10),
    };
  });
  const totalPence = lines.reduce((sum, line) => sum + line.amountPence, 0);
  const customerId = order % 10 === 0 ? null : String(12_346 + (order % 4_300));
  return {
    orderId,
    customerId,
    name: customerId === null ? null : `Customer ${customerId}`,
    address: customerId === null ? null : `${order % 200} High Street`,
    country: order % 11 === 0 ? 'Germany' : 'United Kingdom',
    lines,
    charges: order % 9 === 0 ? [{ code: 'POST', amountPence: 1_800 }] : [],
    totalPence,
  };
}

function withoutPrices(placed: ReturnType<typeof placedOrder>): object {
  const { orderId, customerId, name, address, country, totalPence } = placed;
  const lines = placed.lines.map(({ productId, quantity }) => ({ productId, quantity }));
  return { orderId, customerId, name, address, country, lines, totalPence };
}

function recordOf(
  part: Part,
  order: number,
  made: { readonly at: number; readonly ids: { next(): string } },
): NewRecord {
  const orderId = String(536_365 + order);
  return {
    id: made.ids.next(),
    direction: part.direction,
    stream: part.version === null ? null : `order/${orderId}`,
    version: part.version,
    type: part.type,
    schemaVersion: 1,
    key: orderId,
    data: JSON.stringify(part.data),
    source: part.source,
    occurredAt: made.at,
    recordedAt: made.at,
    correlationId: `order-${orderId}`,
    causationId: `cause-of-${orderId}`,
    traceparent: null,
    metadata: null,
  };
}
