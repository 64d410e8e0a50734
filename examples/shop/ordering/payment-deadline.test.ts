import { test } from 'node:test';
import { actions } from 'thereupon';
import { given } from 'thereupon/testing';
import { order } from './aggregates.ts';
import { paymentDeadline } from './payment-deadline.ts';

const orderId = '536365';
const reserved = { type: 'inventory.StockReserved', data: { orderId } } as const;
const confirmed = {
  type: 'OrderConfirmed',
  data: { orderId, customerId: null, country: 'France', units: 6 },
} as const;
const cancelled = { type: 'OrderCancelled', data: { orderId, reason: 'customer' } } as const;
const cancelUnpaid = actions.command(order, orderId, { type: 'CancelUnpaid', data: { orderId } });

test('an order is cancelled when its goods are reserved for half an hour and not paid', () => {
  given(paymentDeadline, [reserved])
    .after('29 minutes')
    .thenNothing()
    .after('1 minute')
    .then([cancelUnpaid, actions.complete()]);
});

test('an order that is paid or cancelled before has no deadline any more', () => {
  for (const ended of [confirmed, cancelled]) {
    given(paymentDeadline, [reserved])
      .when(ended)
      .then([actions.complete()])
      .after('1 day')
      .thenNothing();
  }
});

test('there is no deadline for what is not reserved', () => {
  given(paymentDeadline, [cancelled]).after('1 day').thenNothing();
});
