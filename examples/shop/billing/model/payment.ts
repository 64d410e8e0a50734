/**
 * The payment of one order. Never charged twice, never charged for a cancelled order that can still
 * be stopped, and never refunded more than was charged.
 *
 * none       nothing is known of it.
 * cleared    the goods are reserved, the amount is not known yet: messages of two contexts come in
 *            any order.
 * due        the amount is known, the goods are not reserved yet.
 * requested  the gateway is being asked; whether it charged is not known.
 * charged    the money is ours; refunds may follow.
 * failed     an end: the gateway declined.
 * waived     an end: the order was cancelled before the gateway was asked.
 *
 * An order cancelled while the gateway is being asked is remembered, and refunded as soon as the
 * gateway says that it did charge.
 */
import { BillingRefusedError } from './billing-refused.ts';

export type PaymentCommand =
  | { readonly type: 'AmountDue'; readonly data: Amount }
  | { readonly type: 'RequestCharge'; readonly data: OfOrder }
  | { readonly type: 'RecordCharged'; readonly data: OfOrder & { readonly chargeId: string } }
  | { readonly type: 'RecordDeclined'; readonly data: OfOrder & { readonly reason: string } }
  | { readonly type: 'CancelPayment'; readonly data: OfOrder }
  | { readonly type: 'RefundGoods'; readonly data: Amount & { readonly returnId: string } }
  | { readonly type: 'RecordRefunded'; readonly data: OfOrder & { readonly refundId: string } };

export type PaymentEvent =
  | { readonly type: 'PaymentCleared'; readonly data: OfOrder }
  | { readonly type: 'PaymentBecameDue'; readonly data: Amount }
  | { readonly type: 'ChargeRequested'; readonly data: Amount }
  | {
      readonly type: 'PaymentCompleted';
      readonly data: Amount & { readonly chargeId: string };
    }
  | { readonly type: 'PaymentFailed'; readonly data: OfOrder & { readonly reason: string } }
  | { readonly type: 'PaymentWaived'; readonly data: OfOrder }
  | { readonly type: 'CancellationNoted'; readonly data: OfOrder }
  | {
      readonly type: 'RefundRequested';
      readonly data: Amount & { readonly refundId: string; readonly chargeId: string };
    }
  | { readonly type: 'PaymentRefunded'; readonly data: Amount & { readonly refundId: string } };

type OfOrder = { readonly orderId: string };
type Amount = OfOrder & { readonly amountPence: number };

export type Payment = {
  readonly status: 'none' | 'cleared' | 'due' | 'requested' | 'charged' | 'failed' | 'waived';
  readonly amountPence: number;
  /** Empty until charged. */
  readonly chargeId: string;
  /** The order was cancelled while the gateway was being asked. */
  readonly isCancelled: boolean;
  /** One for the cancelled order or one for each return with a value: its units bound them. */
  readonly refunds: readonly {
    readonly refundId: string;
    readonly amountPence: number;
    readonly isRefunded: boolean;
  }[];
};

export const initial: Payment = {
  status: 'none',
  amountPence: 0,
  chargeId: '',
  isCancelled: false,
  refunds: [],
};

export function decide(command: PaymentCommand, payment: Payment): PaymentEvent[] {
  const { orderId } = command.data;
  switch (command.type) {
    case 'AmountDue':
      return becomeDue(payment, command.data);
    case 'RequestCharge':
      if (payment.status === 'none') return [{ type: 'PaymentCleared', data: { orderId } }];
      if (payment.status !== 'due') return [];
      return [{ type: 'ChargeRequested', data: { orderId, amountPence: payment.amountPence } }];
    case 'RecordCharged':
      return recordCharged(payment, orderId, command.data.chargeId);
    case 'RecordDeclined':
      if (payment.status === 'failed') return [];
      if (payment.status !== 'requested') throw notRequested(payment, orderId);
      return [{ type: 'PaymentFailed', data: { orderId, reason: command.data.reason } }];
    case 'CancelPayment':
      return cancel(payment, orderId);
    case 'RefundGoods':
      return refundGoods(payment, command.data);
    case 'RecordRefunded':
      return recordRefunded(payment, orderId, command.data.refundId);
  }
}

export function evolve(payment: Payment, event: PaymentEvent): Payment {
  switch (event.type) {
    case 'PaymentCleared':
      return { ...payment, status: 'cleared' };
    case 'PaymentBecameDue':
      return { ...payment, status: 'due', amountPence: event.data.amountPence };
    case 'ChargeRequested':
      return { ...payment, status: 'requested' };
    case 'PaymentCompleted':
      return { ...payment, status: 'charged', chargeId: event.data.chargeId };
    case 'PaymentFailed':
      return { ...payment, status: 'failed' };
    case 'PaymentWaived':
      return { ...payment, status: 'waived' };
    case 'CancellationNoted':
      return { ...payment, isCancelled: true };
    case 'RefundRequested': {
      const { refundId, amountPence } = event.data;
      const refund = { refundId, amountPence, isRefunded: false };
      return { ...payment, refunds: [...payment.refunds, refund] };
    }
    case 'PaymentRefunded': {
      const { refundId } = event.data;
      const refunds = payment.refunds.map((refund) =>
        refund.refundId === refundId ? { ...refund, isRefunded: true } : refund,
      );
      return { ...payment, refunds };
    }
  }
}

/** What was charged and is not on its way back. */
export function refundablePence(payment: Payment): number {
  if (payment.status !== 'charged') return 0;
  return payment.refunds.reduce((left, refund) => left - refund.amountPence, payment.amountPence);
}

function becomeDue(payment: Payment, { orderId, amountPence }: Amount): PaymentEvent[] {
  assertPence(orderId, amountPence, 1);
  const due: PaymentEvent = { type: 'PaymentBecameDue', data: { orderId, amountPence } };
  switch (payment.status) {
    case 'none':
      return [due];
    case 'cleared':
      return [due, { type: 'ChargeRequested', data: { orderId, amountPence } }];
    case 'waived':
      return [];
    default:
      if (payment.amountPence === amountPence) return [];
      throw new BillingRefusedError(
        'amount-differs',
        orderId,
        `Order ${orderId} owes ${payment.amountPence} pence, not ${amountPence}.`,
      );
  }
}

function recordCharged(payment: Payment, orderId: string, chargeId: string): PaymentEvent[] {
  if (payment.status === 'charged' && payment.chargeId === chargeId) return [];
  if (payment.status !== 'requested') throw notRequested(payment, orderId);
  const { amountPence } = payment;
  const completed: PaymentEvent = {
    type: 'PaymentCompleted',
    data: { orderId, amountPence, chargeId },
  };
  if (!payment.isCancelled) return [completed];
  const refundId = refundIdOfCancellation(orderId);
  return [
    completed,
    { type: 'RefundRequested', data: { orderId, refundId, amountPence, chargeId } },
  ];
}

function cancel(payment: Payment, orderId: string): PaymentEvent[] {
  switch (payment.status) {
    case 'none':
    case 'cleared':
    case 'due':
      return [{ type: 'PaymentWaived', data: { orderId } }];
    case 'requested':
      return payment.isCancelled ? [] : [{ type: 'CancellationNoted', data: { orderId } }];
    case 'charged': {
      const amountPence = refundablePence(payment);
      if (amountPence === 0) return [];
      const refundId = refundIdOfCancellation(orderId);
      const { chargeId } = payment;
      return [{ type: 'RefundRequested', data: { orderId, refundId, amountPence, chargeId } }];
    }
    case 'failed':
    case 'waived':
      return [];
  }
}

type RefundGoods = Extract<PaymentCommand, { type: 'RefundGoods' }>['data'];

function refundGoods(
  payment: Payment,
  { orderId, returnId, amountPence }: RefundGoods,
): PaymentEvent[] {
  assertPence(orderId, amountPence, 0);
  // One return may bring back goods of several orders.
  const refundId = `${orderId}-${returnId}`;
  if (payment.refunds.some((refund) => refund.refundId === refundId)) return [];
  // Goods that were given away come back for nothing.
  if (amountPence === 0) return [];
  const left = refundablePence(payment);
  if (amountPence <= left) {
    const { chargeId } = payment;
    return [{ type: 'RefundRequested', data: { orderId, refundId, amountPence, chargeId } }];
  }
  throw new BillingRefusedError(
    'refund-exceeds-charge',
    orderId,
    `Return ${returnId} asks ${amountPence} pence of order ${orderId}, of which ${left} are left.`,
  );
}

function recordRefunded(payment: Payment, orderId: string, refundId: string): PaymentEvent[] {
  const refund = payment.refunds.find((each) => each.refundId === refundId);
  if (refund === undefined) {
    throw new BillingRefusedError(
      'refund-unknown',
      orderId,
      `Refund ${refundId} of order ${orderId} was never requested.`,
    );
  }
  if (refund.isRefunded) return [];
  const { amountPence } = refund;
  return [{ type: 'PaymentRefunded', data: { orderId, refundId, amountPence } }];
}

function refundIdOfCancellation(orderId: string): string {
  return `${orderId}-cancelled`;
}

function assertPence(orderId: string, amountPence: number, least: number): void {
  if (Number.isSafeInteger(amountPence) && amountPence >= least) return;
  throw new BillingRefusedError(
    'number-not-valid',
    orderId,
    `${amountPence} is no amount for order ${orderId}; it must be whole pence, at least ${least}.`,
  );
}

function notRequested(payment: Payment, orderId: string): BillingRefusedError {
  return new BillingRefusedError(
    'charge-not-requested',
    orderId,
    `The gateway has answered for order ${orderId}, whose payment is "${payment.status}" and was ` +
      `waiting for no such answer. Compare with the gateway's own books.`,
  );
}
