/**
 * Inventory said no: the command cannot be carried out in the state the stock, the reservation or
 * the adjustment is in. Trying again does not help; `code` says which rule refused. Too little
 * stock is no refusal but a fact: somebody asked, and that is what next week's restock goes by.
 */
export class InventoryRefusedError extends Error {
  override readonly name = 'InventoryRefusedError';
  readonly code: InventoryRefusal;
  readonly retryable = false;
  /** The product, order or adjustment that refused. */
  readonly id: string;

  constructor(code: InventoryRefusal, id: string, reason: string) {
    super(reason);
    this.code = code;
    this.id = id;
  }
}

export type InventoryRefusal =
  | 'number-not-valid'
  | 'reservation-not-begun'
  | 'reservation-ended'
  | 'reservation-not-made'
  | 'adjustment-recorded-differently'
  | 'adjustment-empty';
