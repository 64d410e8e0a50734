/** Billing: what is owed, what was paid, what was given back. */
import { boundedContext, publish, whenever } from 'thereupon';
import { StockReserved } from '../inventory/contracts.ts';
import { GoodsReturned, OrderCancelled, OrderPlaced } from '../ordering/contracts.ts';
import { payment } from './aggregates.ts';
import { PaymentCompleted, PaymentFailed, PaymentRefunded } from './contracts.ts';
import { chargeCard, giveBack } from './gateway-effects.ts';
import { takings } from './takings.ts';

/** One reaction, so that what is told of an order is heard in the order in which it came in. */
const followOrder = whenever(
  'follow the order',
  [OrderPlaced, StockReserved, OrderCancelled, GoodsReturned],
  (event, { handle }) => {
    const { orderId } = event.data;
    switch (event.type) {
      case 'ordering.OrderPlaced': {
        const data = { orderId, amountPence: event.data.totalPence };
        return handle(payment, orderId, { type: 'AmountDue', data });
      }
      case 'inventory.StockReserved':
        return handle(payment, orderId, { type: 'RequestCharge', data: { orderId } });
      case 'ordering.OrderCancelled':
        return handle(payment, orderId, { type: 'CancelPayment', data: { orderId } });
      case 'ordering.GoodsReturned': {
        const { returnId, refundPence } = event.data;
        const data = { orderId, returnId, amountPence: refundPence };
        return handle(payment, orderId, { type: 'RefundGoods', data });
      }
    }
  },
);

export const billing = boundedContext('billing', {
  aggregates: [payment],
  publishes: [
    publish(PaymentCompleted, payment, 'PaymentCompleted', ({ data }) => ({
      orderId: data.orderId,
      amountPence: data.amountPence,
    })),
    publish(PaymentFailed, payment, 'PaymentFailed', (event) => event.data),
    publish(PaymentRefunded, payment, 'PaymentRefunded', (event) => event.data),
  ],
  reactions: [followOrder],
  effects: [chargeCard, giveBack],
  readModels: [takings],
});
