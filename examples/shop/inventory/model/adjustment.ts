/**
 * A correction of the books by a person: breakage, a count that differs, goods found or given away.
 * It is recorded once under its number; each of its products' stock then applies what it can.
 */
import { InventoryRefusedError } from './inventory-refused.ts';

export type AdjustmentLine = {
  readonly productId: string;
  /** Units found (positive) or lost (negative). */
  readonly quantity: number;
};

type Lines = { readonly adjustmentId: string; readonly lines: readonly AdjustmentLine[] };

export type AdjustmentCommand = { readonly type: 'RecordAdjustment'; readonly data: Lines };
export type AdjustmentEvent = { readonly type: 'AdjustmentRecorded'; readonly data: Lines };
export type Adjustment = { readonly lines: readonly AdjustmentLine[] };

export const initial: Adjustment = { lines: [] };

export function decide(command: AdjustmentCommand, adjustment: Adjustment): AdjustmentEvent[] {
  const { adjustmentId } = command.data;
  const lines = gathered(adjustmentId, command.data.lines);
  if (adjustment.lines.length === 0) {
    return [{ type: 'AdjustmentRecorded', data: { adjustmentId, lines } }];
  }
  if (sameLines(adjustment.lines, lines)) return [];
  throw new InventoryRefusedError(
    'adjustment-recorded-differently',
    adjustmentId,
    `Adjustment ${adjustmentId} was recorded before with other lines; the first one stands.`,
  );
}

export function evolve(_: Adjustment, event: AdjustmentEvent): Adjustment {
  return { lines: event.data.lines };
}

// Codes are compared without regard to case; a product is named once, as its stock applies it once.
function gathered(adjustmentId: string, lines: readonly AdjustmentLine[]): AdjustmentLine[] {
  if (lines.length === 0) {
    throw new InventoryRefusedError(
      'adjustment-empty',
      adjustmentId,
      `Adjustment ${adjustmentId} has no lines.`,
    );
  }
  const units = new Map<string, number>();
  for (const line of lines) {
    if (!Number.isSafeInteger(line.quantity)) {
      throw new InventoryRefusedError(
        'number-not-valid',
        adjustmentId,
        `Adjustment ${adjustmentId} has quantity ${line.quantity}; it must be a whole number.`,
      );
    }
    const productId = line.productId.trim().toUpperCase();
    units.set(productId, (units.get(productId) ?? 0) + line.quantity);
  }
  return [...units].map(([productId, quantity]) => ({ productId, quantity }));
}

function sameLines(some: readonly AdjustmentLine[], others: readonly AdjustmentLine[]): boolean {
  return (
    some.length === others.length &&
    some.every((line, index) => {
      const other = others[index];
      return line.productId === other?.productId && line.quantity === other.quantity;
    })
  );
}
