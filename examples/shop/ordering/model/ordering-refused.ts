/**
 * Ordering said no: the command cannot be carried out in the state the order or the return is in.
 * Trying again does not help, something else has to happen first; `code` says which rule refused.
 */
export class OrderingRefusedError extends Error {
  override readonly name = 'OrderingRefusedError';
  readonly code: OrderingRefusal;
  readonly retryable = false;
  /** The order or the return request that refused. */
  readonly id: string;

  constructor(code: OrderingRefusal, id: string, reason: string) {
    super(reason);
    this.code = code;
    this.id = id;
  }
}

export type OrderingRefusal =
  | 'order-unknown'
  | 'order-placed-differently'
  | 'order-worth-nothing'
  | 'order-not-confirmed'
  | 'order-already-confirmed'
  | 'order-already-shipped'
  | 'order-cancelled'
  | 'order-goods-returned'
  | 'more-than-bought'
  | 'number-not-valid'
  | 'return-unknown'
  | 'return-empty'
  | 'return-requested-differently'
  | 'return-settled-differently';
