/**
 * Replays what an order file says, in the file's own time: each command carries the minute it
 * happened in, and time goes on only when everything before has settled everywhere. So what happens
 * does not depend on how fast the machine is, and the same file gives the same outcome for every
 * order, whatever was interrupted in between.
 *
 * Each command is named after its invoice: the first delivery of an invoice wins, the same one again
 * changes nothing, a different one is remarked by its line. A replay that was interrupted is simply
 * begun again; it passes over the minutes that the bookmark says have settled.
 */
import { hash } from 'node:crypto';
import type { KeepPrices } from '../catalogue/keep-prices.ts';
import { adjustment } from '../inventory/aggregates.ts';
import { order, returnRequest } from '../ordering/aggregates.ts';
import { orderBook } from '../ordering/order-book.ts';
import { restockWeek } from '../restock-week.ts';
import type { Acknowledged } from './acknowledged.ts';
import type { Bookmark } from './bookmark.ts';
import { buyerOf } from './buyer.ts';
import type {
  Happening,
  PlacedOrder,
  PriceListing,
  ReturnedGoods,
  StockAdjustment,
} from './happening.ts';
import type { ReplayPlan } from './plan-replay.ts';
import type { BadLine } from './read-orders.ts';
import { stepsOf } from './steps-of.ts';
import { untilNobodyWaits } from './until-nobody-waits.ts';
import { untilDone, untilReached, untilSettled } from './until-settled.ts';
import type { ShopApp } from '../shop-app.ts';

export type ReplayOptions = {
  readonly keepPrices: KeepPrices;
  readonly acknowledged: Acknowledged;
  readonly bookmark: Bookmark;
  /** Told of an invoice that was not taken, with its line and why. */
  readonly onRemark: (remark: BadLine) => void;
  /** Told after each minute how many of the invoices are done. */
  readonly onProgress?: (invoicesDone: number) => void;
  /** Told instead of a minute that was done before. */
  readonly onPassedOver?: (invoicesDone: number) => void;
  readonly signal?: AbortSignal;
};

/** A shop whose logs were removed by hand, or another database, knows nothing of what the bookmark says. */
async function removeAnothers(
  app: ShopApp,
  { acknowledged, bookmark }: ReplayOptions,
): Promise<void> {
  const { lastOrder } = acknowledged;
  const known = lastOrder === undefined ? undefined : await app.read(orderBook).get(lastOrder);
  if (known === undefined) bookmark.remove();
}

type Invoice = PlacedOrder | ReturnedGoods | StockAdjustment;

/** Ends when everything has settled and no order waits any more, or early when the signal aborts. */
export async function replayOrders(
  app: ShopApp,
  plan: ReplayPlan,
  options: ReplayOptions,
): Promise<void> {
  let done = 0;
  let last: string | undefined;
  // What a crash has left half done belongs to the past, too.
  await untilSettled(app, options.signal);
  await untilDone(() => removeAnothers(app, options), options.signal);
  for (const { at, happenings } of plan.minutes()) {
    last = at;
    if (options.bookmark.isBehind(at)) {
      done += happenings.filter(isInvoice).length;
      options.onPassedOver?.(done);
      continue;
    }
    await untilReached(app, at, options.signal);
    for (const step of stepsOf(happenings)) {
      if (options.signal?.aborted) return;
      // All of a step goes in at once, and so with one commit: in, or not in.
      await Promise.all(
        step.map((happening) =>
          untilDone(() => replay(app, { at, happening }, options), options.signal),
        ),
      );
      await untilSettled(app, options.signal);
      done += step.filter(isInvoice).length;
    }
    options.bookmark.put(at);
    options.onProgress?.(done);
  }
  if (last !== undefined) await untilNobodyWaits(app, last, options.signal);
  if (options.signal?.aborted !== true) options.bookmark.remove();
}

function isInvoice({ kind }: Happening): boolean {
  return kind !== 'week-restock' && kind !== 'price-listing';
}

type Asked<H> = { readonly at: string; readonly happening: H };

async function replay(
  app: ShopApp,
  { at, happening }: Asked<Happening>,
  options: ReplayOptions,
): Promise<void> {
  switch (happening.kind) {
    case 'week-restock':
      return restockWeek(app, { week: happening.week, occurredAt: at });
    case 'price-listing':
      return followPrices(options.keepPrices, at, happening);
    case 'order':
    case 'return':
    case 'adjustment':
      return deliver(app, { at, happening }, options);
    case 'not-an-order':
      return options.onRemark({ lineNumber: happening.firstLine, reason: happening.reason });
  }
}

async function followPrices(
  keepPrices: KeepPrices,
  at: string,
  { listings }: PriceListing,
): Promise<void> {
  const hashed = hash('sha256', JSON.stringify([at, listings])).slice(0, 32);
  await keepPrices({ at, listings, commandId: `prices ${hashed}` });
}

async function deliver(
  app: ShopApp,
  { at, happening }: Asked<Invoice>,
  { acknowledged, onRemark }: ReplayOptions,
): Promise<void> {
  const { firstLine: lineNumber } = happening;
  const id = idOf(happening);
  try {
    const first = await send(app, { at, happening });
    if (first !== undefined && first !== at) {
      onRemark({ lineNumber, reason: `${happening.kind} ${id} came before, as of ${first}` });
    }
    acknowledged.note(happening.kind, id);
  } catch (error) {
    // Refused by a model, or the command was used for something else: both by their code.
    if (!isRefusal(error)) throw error;
    onRemark({ lineNumber, reason: `${happening.kind} ${id} was not taken: ${error.message}` });
  }
}

/** Answers when it happened, which is another time for an invoice that came before. */
async function send(app: ShopApp, { at, happening }: Asked<Invoice>): Promise<string | undefined> {
  const options = { commandId: `${happening.kind} ${idOf(happening)}`, occurredAt: at };
  switch (happening.kind) {
    case 'order': {
      const { orderId, customerId, country, charges } = happening;
      const lines = happening.lines.map(({ productId, quantity, unitPriceMils }) => ({
        productId,
        quantity,
        unitPriceMils,
      }));
      const data = { orderId, ...buyerOf(customerId, country), lines, charges };
      const handled = await app.handle(order, orderId, { type: 'PlaceOrder', data }, options);
      return handled.events[0]?.occurredAt;
    }
    case 'return': {
      const { returnId, customerId } = happening;
      const lines = happening.lines.map(({ productId, quantity }) => ({ productId, quantity }));
      const data = { returnId, customerId, lines };
      const command = { type: 'RequestReturn' as const, data };
      const handled = await app.handle(returnRequest, returnId, command, options);
      return handled.events[0]?.occurredAt;
    }
    case 'adjustment': {
      const { adjustmentId, lines } = happening;
      const data = { adjustmentId, lines };
      const command = { type: 'RecordAdjustment' as const, data };
      const handled = await app.handle(adjustment, adjustmentId, command, options);
      return handled.events[0]?.occurredAt;
    }
  }
}

function idOf(happening: Invoice): string {
  if (happening.kind === 'order') return happening.orderId;
  return happening.kind === 'return' ? happening.returnId : happening.adjustmentId;
}

function isRefusal(error: unknown): error is Error {
  const { name } = error as { name?: unknown };
  return (
    error instanceof Error &&
    (name === 'OrderingRefusedError' ||
      name === 'InventoryRefusedError' ||
      name === 'CommandIdReusedError')
  );
}
