/** How each order stands. Folded with the order itself, so it is never behind. */
import { readModel, type } from 'thereupon';
import { order } from './aggregates.ts';

export type OrderSummary = {
  readonly orderId: string;
  readonly status: 'placed' | 'confirmed' | 'cancelling' | 'shipped' | 'cancelled';
  readonly cancelledFor: 'stock' | 'payment' | 'customer' | null;
  /** Until when it waits for its goods; null when it need not. */
  readonly goodsAwaitedUntil: string | null;
  /** Null for a guest. */
  readonly customerId: string | null;
  readonly country: string;
  readonly placedAt: string;
  readonly totalPence: number;
  readonly refundedPence: number;
};

export const orderBook = readModel({
  name: 'order-book',
  version: 2,
  document: type<OrderSummary>(),
  from: [order],
  by: (event) => event.data.orderId,
  evolve: {
    OrderPlaced: (_, { data, occurredAt }) => ({
      orderId: data.orderId,
      status: 'placed',
      cancelledFor: null,
      goodsAwaitedUntil: null,
      customerId: data.customerId,
      country: data.country,
      placedAt: occurredAt,
      totalPence: data.totalPence,
      refundedPence: 0,
    }),
    GoodsAwaited: (summary, { data }) => summary && { ...summary, goodsAwaitedUntil: data.until },
    OrderConfirmed: (summary) =>
      summary && { ...summary, status: 'confirmed', goodsAwaitedUntil: null },
    CancellationRequested: (summary) => summary && { ...summary, status: 'cancelling' },
    OrderCancelled: (summary, { data }) =>
      summary && {
        ...summary,
        status: 'cancelled',
        cancelledFor: data.reason,
        goodsAwaitedUntil: null,
      },
    OrderMarkedShipped: (summary) => summary && { ...summary, status: 'shipped' },
    GoodsReturned: (summary, { data }) =>
      summary && { ...summary, refundedPence: summary.refundedPence + data.refundPence },
  },
  index: ['status'],
  inline: true,
});
