/**
 * What Billing asks of whoever moves the money, and nothing more of it. The same idempotency key
 * asked for again must give the first answer, and move no money again.
 */
export interface PaymentGateway {
  charge(
    charge: { readonly orderId: string; readonly amountPence: number },
    options: AskOnce,
  ): Promise<{ readonly status: 'charged'; readonly chargeId: string } | Declined>;
  refund(
    refund: { readonly orderId: string; readonly refundId: string; readonly amountPence: number },
    options: AskOnce,
  ): Promise<{ readonly status: 'refunded'; readonly refundId: string } | Declined>;
}

type AskOnce = { readonly idempotencyKey: string; readonly signal?: AbortSignal };
type Declined = { readonly status: 'declined'; readonly reason: string };

declare module 'thereupon' {
  interface Dependencies {
    readonly gateway: PaymentGateway;
  }
}
