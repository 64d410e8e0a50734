/**
 * Goods are not kept for whoever does not pay: an order that is unpaid half an hour after its goods
 * were reserved is cancelled, and by that Inventory gives them back.
 *
 * By business time: a year that is replayed in minutes cancels nobody for that. What a charge brings
 * in after the cancellation, Billing gives back, as for any cancelled order.
 *
 * The stock may be told of late, when the order is paid or cancelled already. Nothing ends such a
 * process before its timer, and that is given a command which then changes nothing.
 */
import { happened, processManager } from 'thereupon';
import { StockReserved } from '../inventory/contracts.ts';
import { order } from './aggregates.ts';

export const paymentDeadline = processManager({
  name: 'payment deadline',
  from: [StockReserved, happened(order, 'OrderConfirmed'), happened(order, 'OrderCancelled')],
  startedBy: ['inventory.StockReserved'],
  by: (event) => event.data.orderId,
  timers: ['PaymentOverdue'],
  time: 'business',
  initial: { orderId: '' },
  evolve: (state, event) =>
    event.type === 'inventory.StockReserved' ? { orderId: event.data.orderId } : state,
  react({ orderId }, event, { setTimer, command, complete }) {
    switch (event.type) {
      case 'inventory.StockReserved':
        return [setTimer('PaymentOverdue', { after: '30 minutes' })];
      case 'PaymentOverdue':
        return [command(order, orderId, { type: 'CancelUnpaid', data: { orderId } }), complete()];
      case 'OrderConfirmed':
      case 'OrderCancelled':
        return [complete()];
      case 'CommandRefused':
        return [];
    }
  },
  // Orders of a shop that is older than this: those that ended long ago are left as they are.
  startFrom: 'beginning',
});
