/**
 * The payment gateway in a simulation: it keeps its books by idempotency key, as the real one does,
 * and answers a key that it knows with what it answered before.
 */
import type { PaymentGateway } from '../billing/payment-gateway.ts';

export type GatewayRow = {
  readonly idempotencyKey: string;
  readonly orderId: string;
  readonly amountPence: number;
  readonly status: 'charged' | 'refunded' | 'declined';
  requests: number;
};

export class SimulatedGateway implements PaymentGateway {
  readonly charges = new Map<string, GatewayRow>();
  readonly refunds = new Map<string, GatewayRow>();

  async charge(
    { orderId, amountPence }: { readonly orderId: string; readonly amountPence: number },
    { idempotencyKey }: { readonly idempotencyKey: string },
  ): Promise<Awaited<ReturnType<PaymentGateway['charge']>>> {
    const status = orderId.endsWith('-declined') ? 'declined' : 'charged';
    asked(this.charges, { idempotencyKey, orderId, amountPence, status });
    return status === 'declined'
      ? { status, reason: 'the card was declined' }
      : { status, chargeId: `charge of ${idempotencyKey}` };
  }

  async refund(
    refund: { readonly orderId: string; readonly refundId: string; readonly amountPence: number },
    { idempotencyKey }: { readonly idempotencyKey: string },
  ): Promise<Awaited<ReturnType<PaymentGateway['refund']>>> {
    const { orderId, refundId, amountPence } = refund;
    asked(this.refunds, { idempotencyKey, orderId, amountPence, status: 'refunded' });
    return { status: 'refunded', refundId };
  }
}

function asked(rows: Map<string, GatewayRow>, row: Omit<GatewayRow, 'requests'>): void {
  const known = rows.get(row.idempotencyKey) ?? { ...row, requests: 0 };
  known.requests += 1;
  rows.set(row.idempotencyKey, known);
}
