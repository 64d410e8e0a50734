/**
 * Ordering: an order from the basket to the shipped parcel, and what comes back of it. It tells
 * that an order was placed; what others make of that, it hears from them.
 */
import { boundedContext, publish, whenever } from 'thereupon';
import { PaymentCompleted, PaymentFailed } from '../billing/contracts.ts';
import { OrderShipped, ShipmentStopped } from '../fulfilment/contracts.ts';
import { GoodsBackOrdered, StockReservationFailed } from '../inventory/contracts.ts';
import { order, returnRequest } from './aggregates.ts';
import {
  CancellationRequested,
  GoodsReturned,
  OrderCancelled,
  OrderConfirmed,
  OrderPlaced,
} from './contracts.ts';
import { OrderingRefusedError } from './model/ordering-refused.ts';
import { orderBook } from './order-book.ts';
import { paymentDeadline } from './payment-deadline.ts';
import { priceList } from './price-list.ts';
import { purchases } from './purchases.ts';
import { returnBook } from './return-book.ts';
import { settleReturn } from './settle-return.ts';

const cancelWithoutStock = whenever(
  'cancel what has no stock',
  StockReservationFailed,
  ({ data: { orderId } }, { handle }) =>
    handle(order, orderId, { type: 'CancelOrder', data: { orderId, reason: 'stock' } }),
);

const awaitGoods = whenever('wait for goods', GoodsBackOrdered, ({ data }, { handle }) =>
  handle(order, data.orderId, { type: 'AwaitGoods', data }),
);

const cancelUnpaid = whenever(
  'cancel what is not paid',
  PaymentFailed,
  ({ data: { orderId } }, { handle }) =>
    handle(order, orderId, { type: 'CancelOrder', data: { orderId, reason: 'payment' } }),
);

const confirmPaid = whenever(
  'confirm what is paid',
  PaymentCompleted,
  ({ data: { orderId } }, { handle }) =>
    handle(order, orderId, { type: 'ConfirmOrder', data: { orderId } }),
  { ifRefused: unlessCancelled },
);

const followParcel = whenever(
  'follow the parcel',
  [OrderShipped, ShipmentStopped],
  ({ type, data: { orderId } }, { handle }) =>
    type === 'fulfilment.OrderShipped'
      ? handle(order, orderId, { type: 'MarkShipped', data: { orderId } })
      : handle(order, orderId, { type: 'MarkShipmentStopped', data: { orderId } }),
);

export const ordering = boundedContext('ordering', {
  aggregates: [order, returnRequest],
  publishes: [
    publish(OrderPlaced, order, 'OrderPlaced', ({ data }) => ({
      orderId: data.orderId,
      customerId: data.customerId,
      name: data.name,
      address: data.address,
      country: data.country,
      lines: data.lines.map(({ productId, quantity }) => ({ productId, quantity })),
      totalPence: data.totalPence,
    })),
    publish(OrderConfirmed, order, 'OrderConfirmed', (event) => event.data),
    publish(CancellationRequested, order, 'CancellationRequested', (event) => event.data),
    publish(OrderCancelled, order, 'OrderCancelled', (event) => event.data),
    publish(GoodsReturned, order, 'GoodsReturned', ({ data }) => ({
      orderId: data.orderId,
      returnId: data.returnId,
      lines: data.lines.map(({ productId, quantity }) => ({ productId, quantity })),
      refundPence: data.refundPence,
    })),
  ],
  reactions: [
    awaitGoods,
    cancelWithoutStock,
    cancelUnpaid,
    confirmPaid,
    followParcel,
    settleReturn,
  ],
  processes: [paymentDeadline],
  readModels: [orderBook, purchases, returnBook, priceList],
});

// Cancelled while the card was being charged: Billing heard of it too, and gives the money back.
function unlessCancelled(refusal: unknown): void {
  if (refusal instanceof OrderingRefusedError && refusal.code === 'order-cancelled') return;
  throw refusal;
}
