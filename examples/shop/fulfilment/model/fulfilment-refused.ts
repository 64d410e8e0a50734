/**
 * Fulfilment said no: the command cannot be carried out in the state the shipment is in. Trying
 * again does not help; `code` says which rule refused.
 */
export class FulfilmentRefusedError extends Error {
  override readonly name = 'FulfilmentRefusedError';
  readonly code: FulfilmentRefusal;
  readonly retryable = false;
  /** The order whose shipment refused. */
  readonly id: string;

  constructor(code: FulfilmentRefusal, id: string, reason: string) {
    super(reason);
    this.code = code;
    this.id = id;
  }
}

export type FulfilmentRefusal = 'shipment-already-shipped' | 'shipment-stopped';
