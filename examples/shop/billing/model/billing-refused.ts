/**
 * Billing said no: the command cannot be carried out in the state the payment is in. Trying again
 * does not help; `code` says which rule refused.
 */
export class BillingRefusedError extends Error {
  override readonly name = 'BillingRefusedError';
  readonly code: BillingRefusal;
  readonly retryable = false;
  /** The order whose payment refused. */
  readonly id: string;

  constructor(code: BillingRefusal, id: string, reason: string) {
    super(reason);
    this.code = code;
    this.id = id;
  }
}

export type BillingRefusal =
  | 'number-not-valid'
  | 'amount-differs'
  | 'charge-not-requested'
  | 'refund-exceeds-charge'
  | 'refund-unknown';
