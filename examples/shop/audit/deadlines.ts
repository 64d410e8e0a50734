/**
 * Time: no order is unpaid longer, and none waits for goods longer, than the business has agreed.
 * What is open has its timer, at that time and not later. A customer may cancel at any time: also in
 * the moment before a shop that was closed hears its timers.
 */
import type { Books } from './books.ts';
import { equation, side, type Equation } from './equation.ts';
import type { BackOrder } from './reservations.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const PAYMENT_MS = 30 * MINUTE_MS;
const BACK_ORDER_MS = 14 * DAY_MS;

export function auditDeadlines(
  books: Books,
  backOrders: ReadonlyMap<string, BackOrder>,
): Equation[] {
  return [payments(books), waitings(books, backOrders)];
}

function payments(books: Books): Equation {
  const timers = timersOf(books, 'ordering', 'payment deadline');
  const ends = firstTimesOf(books, ['OrderConfirmed', 'OrderCancelled']);
  const faults: string[] = [];
  let reserved = 0;
  const rows = books.rows<readonly [string, number]>(`
    select key, min(occurred_at) from ordering.log
    where direction = 'incoming' and type = 'inventory.StockReserved' group by key`);
  for (const [orderId, at] of rows) {
    reserved += 1;
    const end = ends.get(orderId);
    const due = at + PAYMENT_MS;
    if (end !== undefined && end.at > due && end.reason !== 'customer') {
      faults.push(`order ${orderId}: was unpaid until ${timeText(end.at)}, not ${timeText(due)}`);
    }
    if (end === undefined && timers.get(orderId) !== due) {
      faults.push(`order ${orderId}: is unpaid, and no timer ends that at ${timeText(due)}`);
    }
  }
  return equation(
    'No order is unpaid for longer than half an hour',
    side('orders whose goods were reserved', reserved, 'orders'),
    side('paid or cancelled in time, or with time left', reserved - faults.length, 'orders'),
    faults,
  );
}

function waitings(books: Books, backOrders: ReadonlyMap<string, BackOrder>): Equation {
  const [timer = Number.POSITIVE_INFINITY] = timersOf(books, 'inventory', 'back-orders').values();
  const placed = firstTimesOf(books, ['OrderPlaced']);
  const now = latest(books);
  const faults: string[] = [];
  for (const [orderId, { endedAt, isReleased }] of backOrders) {
    const until = (placed.get(orderId)?.at ?? Number.NEGATIVE_INFINITY) + BACK_ORDER_MS;
    if (isReleased) continue;
    if ((endedAt ?? now) > until) {
      const was = endedAt === undefined ? 'still waits, at' : 'waited until';
      faults.push(`order ${orderId}: ${was} ${timeText(endedAt ?? now)}, not ${timeText(until)}`);
    } else if (endedAt === undefined && timer > until) {
      faults.push(`order ${orderId}: waits, and no timer ends that at ${timeText(until)}`);
    }
  }
  return equation(
    'No order waits for goods for longer than two weeks',
    side('orders that fell short of goods', backOrders.size, 'orders'),
    side('with an answer in time, or time left', backOrders.size - faults.length, 'orders'),
    faults,
  );
}

type Happened = { readonly at: number; readonly reason: string | null };

/** By order, the first of these events. */
function firstTimesOf(books: Books, types: readonly string[]): ReadonlyMap<string, Happened> {
  const first = new Map<string, Happened>();
  const rows = books.rows<readonly [string, number, string | null]>(`
    select substr(stream, length('order/') + 1), occurred_at, data ->> 'reason' from ordering.log
    where stream >= 'order/' and stream < 'order0'
      and type in (${types.map((type) => `'${type}'`).join()})
    order by stream, version`);
  for (const [orderId, at, reason] of rows)
    if (!first.has(orderId)) first.set(orderId, { at, reason });
  return first;
}

/** When the timers of a process manager are due, by the key of the process. */
function timersOf(
  books: Books,
  context: 'ordering' | 'inventory',
  process: string,
): ReadonlyMap<string, number> {
  return new Map(
    books.rows<readonly [string, number]>(
      `select payload ->> 'key', due from ${context}.waiting
       where kind = 'timer' and payload ->> 'process' = ?`,
      process,
    ),
  );
}

/** How far business has come, as far as the goods and the orders say. */
function latest(books: Books): number {
  const times = ['ordering', 'inventory'].map((context) =>
    books.figure(`select max(occurred_at) from ${context}.log where direction = 'domain'`),
  );
  return Math.max(...times);
}

function timeText(time: number): string {
  return Number.isFinite(time) ? new Date(time).toISOString() : 'ever';
}
