/**
 * What Billing does in the world: it asks the gateway to take money and to give it back. Asked again
 * after a lost answer or a crash, the gateway knows the idempotency key and moves no money twice.
 */
import { effect, happened } from 'thereupon';
import { payment } from './aggregates.ts';
import './payment-gateway.ts';

// A lost answer is asked for again at once; while the gateway is off, the effect pauses.
const retry = { firstDelayMs: 10, delayMsMax: 5_000 };

export const chargeCard = effect({
  name: 'charge the card',
  on: happened(payment, 'ChargeRequested'),
  perform: ({ data }, { dependencies, idempotencyKey, signal }) =>
    dependencies.gateway.charge(data, { idempotencyKey, signal }),
  record: ({ data: { orderId } }, answer, { handle }) =>
    answer.status === 'charged'
      ? handle(payment, orderId, {
          type: 'RecordCharged',
          data: { orderId, chargeId: answer.chargeId },
        })
      : handle(payment, orderId, {
          type: 'RecordDeclined',
          data: { orderId, reason: answer.reason },
        }),
  retry,
});

export const giveBack = effect({
  name: 'give money back',
  on: happened(payment, 'RefundRequested'),
  perform: async ({ data }, { dependencies, idempotencyKey, signal }) => {
    const answer = await dependencies.gateway.refund(data, { idempotencyKey, signal });
    if (answer.status === 'declined') throw new RefundDeclinedError(data.refundId, answer.reason);
  },
  record: ({ data: { orderId, refundId } }, _, { handle }) =>
    handle(payment, orderId, { type: 'RecordRefunded', data: { orderId, refundId } }),
  retry,
});

/** The gateway gives less back than we owe: a person must compare its books with ours. */
export class RefundDeclinedError extends Error {
  override readonly name = 'RefundDeclinedError';
  readonly code = 'refund-declined';
  readonly retryable = false;
  readonly refundId: string;

  constructor(refundId: string, reason: string) {
    super(
      `The gateway declined refund ${refundId}: ${reason}. Compare its books with ours, then ` +
        `redrive.`,
    );
    this.refundId = refundId;
  }
}
