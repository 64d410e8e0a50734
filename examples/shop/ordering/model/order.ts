/**
 * An order, from the basket to the shipped parcel.
 *
 * none        nothing is known of it yet.
 * placed      the customer asked for the goods; stock and payment are being arranged elsewhere,
 *             and it may be told that its goods are awaited, and until when.
 * confirmed   the goods are reserved and paid; it may be shipped at any moment.
 * cancelling  a person cancels a confirmed order; only the warehouse can say whether the parcel has
 *             left, so the order waits for its answer: stopped, or shipped.
 * shipped     an end: the parcel has left.
 * cancelled   the other end: nothing was shipped, and nothing will be.
 *
 * From confirmed on, goods may come back. A command that has been applied already changes nothing;
 * one that the state does not allow is refused with `OrderingRefusedError`.
 */
import type {
  CancellationReason,
  Order,
  OrderCommand,
  OrderConfirmed,
  OrderEvent,
} from './order-language.ts';
import { OrderingRefusedError } from './ordering-refused.ts';
import { placeOrder, sameOrder } from './place-order.ts';
import { returnGoods } from './return-goods.ts';

export const initial: Order = {
  status: 'none',
  customerId: null,
  country: '',
  lines: [],
  charges: [],
  totalPence: 0,
  goodsAwaitedUntil: null,
  returned: [],
  returnIds: [],
};

export function decide(command: OrderCommand, order: Order): OrderEvent[] {
  if (command.type === 'PlaceOrder') {
    const placed = placeOrder(command.data);
    if (order.status === 'none') return [placed];
    if (sameOrder(order, placed)) return [];
    throw new OrderingRefusedError(
      'order-placed-differently',
      command.data.orderId,
      `Order ${command.data.orderId} was placed before with other lines; the first one stands.`,
    );
  }
  const { orderId } = command.data;
  if (order.status === 'none') {
    throw new OrderingRefusedError('order-unknown', orderId, `There is no order ${orderId}.`);
  }
  switch (command.type) {
    case 'ConfirmOrder':
      if (order.status === 'cancelled') throw alreadyCancelled(orderId);
      return order.status === 'placed' ? [confirmed(order, orderId)] : [];
    case 'CancelOrder':
      return cancel(order, orderId, command.data.reason);
    case 'AwaitGoods':
      return awaitGoods(order, command.data);
    case 'CancelUnpaid':
      // Paid or cancelled meanwhile: then there is nothing to cancel, and nothing to refuse.
      return order.status === 'placed' ? [cancelled(orderId, 'payment')] : [];
    case 'MarkShipmentStopped':
      return order.status === 'cancelling' ? [cancelled(orderId, 'customer')] : [];
    case 'MarkShipped':
      if (order.status === 'shipped') return [];
      if (order.status === 'cancelled') throw alreadyCancelled(orderId);
      if (order.status === 'placed') throw notConfirmed(orderId);
      return [{ type: 'OrderMarkedShipped', data: { orderId } }];
    case 'ReturnGoods':
      if (order.returnIds.includes(command.data.returnId)) return [];
      if (order.status === 'cancelled' || order.status === 'cancelling') {
        throw alreadyCancelled(orderId);
      }
      if (order.status === 'placed') throw notConfirmed(orderId);
      return [returnGoods(order, command.data)];
  }
}

export function evolve(order: Order, event: OrderEvent): Order {
  switch (event.type) {
    case 'OrderPlaced': {
      const { customerId, country, lines, charges, totalPence } = event.data;
      const returned = lines.map(() => 0);
      return {
        status: 'placed',
        customerId,
        country,
        lines,
        charges,
        totalPence,
        goodsAwaitedUntil: null,
        returned,
        returnIds: [],
      };
    }
    case 'GoodsAwaited':
      return { ...order, goodsAwaitedUntil: event.data.until };
    case 'OrderConfirmed':
      return { ...order, status: 'confirmed', goodsAwaitedUntil: null };
    case 'CancellationRequested':
      return { ...order, status: 'cancelling' };
    case 'OrderCancelled':
      return { ...order, status: 'cancelled', goodsAwaitedUntil: null };
    case 'OrderMarkedShipped':
      return { ...order, status: 'shipped' };
    case 'GoodsReturned': {
      const returned = [...order.returned];
      for (const line of event.data.lines) {
        returned[line.lineNumber - 1] = (returned[line.lineNumber - 1] ?? 0) + line.quantity;
      }
      return { ...order, returned, returnIds: [...order.returnIds, event.data.returnId] };
    }
  }
}

function awaitGoods(order: Order, data: { orderId: string; until: string }): OrderEvent[] {
  const isNews = order.status === 'placed' && order.goodsAwaitedUntil !== data.until;
  return isNews ? [{ type: 'GoodsAwaited', data }] : [];
}

function confirmed({ customerId, country, lines }: Order, orderId: string): OrderConfirmed {
  const units = lines.reduce((total, { quantity }) => total + quantity, 0);
  return { type: 'OrderConfirmed', data: { orderId, customerId, country, units } };
}

function cancel(order: Order, orderId: string, reason: CancellationReason): OrderEvent[] {
  switch (order.status) {
    case 'none':
    case 'placed':
      return [cancelled(orderId, reason)];
    case 'confirmed':
      if (reason !== 'customer') {
        throw new OrderingRefusedError(
          'order-already-confirmed',
          orderId,
          `Order ${orderId} is confirmed: its goods were reserved and paid, so "${reason}" is no ` +
            `reason to cancel it any more.`,
        );
      }
      if (order.returnIds.length > 0) {
        throw new OrderingRefusedError(
          'order-goods-returned',
          orderId,
          `Goods of order ${orderId} came back already; return the rest instead of cancelling.`,
        );
      }
      return [{ type: 'CancellationRequested', data: { orderId } }];
    case 'cancelling':
    case 'cancelled':
      return [];
    case 'shipped':
      throw new OrderingRefusedError(
        'order-already-shipped',
        orderId,
        `Order ${orderId} has been shipped; return its goods instead of cancelling.`,
      );
  }
}

function cancelled(orderId: string, reason: CancellationReason): OrderEvent {
  return { type: 'OrderCancelled', data: { orderId, reason } };
}

function alreadyCancelled(orderId: string): OrderingRefusedError {
  return new OrderingRefusedError('order-cancelled', orderId, `Order ${orderId} is cancelled.`);
}

function notConfirmed(orderId: string): OrderingRefusedError {
  return new OrderingRefusedError(
    'order-not-confirmed',
    orderId,
    `Order ${orderId} is not confirmed yet; wait until it is.`,
  );
}
