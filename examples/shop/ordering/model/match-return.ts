/**
 * Finds the orders that returned goods came from: this customer's earlier purchases of the product,
 * newest first, each up to what was not yet returned. What finds no purchase is refused.
 */
import { isChargeCode } from './product-code.ts';

export type ReturnLine = { readonly productId: string; readonly quantity: number };

/** Units of a product that one confirmed order of the customer bought and did not return yet. */
export type Purchase = {
  readonly orderId: string;
  /** ISO 8601; the newest is matched first. */
  readonly placedAt: string;
  readonly productId: string;
  readonly quantity: number;
};

export type MatchedReturn = { readonly orderId: string; readonly lines: readonly ReturnLine[] };

export type RefusedReturnLine = ReturnLine & {
  /**
   * guest: we cannot tell what a guest bought. charge: postage and fees do not come back.
   * never-bought: no purchase of this product. bought-fewer: all that were bought came back already.
   * never-sent: the order still waited for these goods, and is cancelled instead.
   */
  readonly reason: 'guest' | 'charge' | 'never-bought' | 'bought-fewer' | 'never-sent';
};

export type Settlement = {
  readonly matched: readonly MatchedReturn[];
  readonly refused: readonly RefusedReturnLine[];
};

export function matchReturn(
  lines: readonly ReturnLine[],
  purchases: readonly Purchase[],
): Settlement {
  const newestFirst = [...purchases].sort(byNewest).map((each) => ({ ...each }));
  const matched = new Map<string, ReturnLine[]>();
  const refused: RefusedReturnLine[] = [];
  for (const { productId, quantity } of gathered(lines)) {
    const bought = newestFirst.filter((purchase) => purchase.productId === productId);
    let left = quantity;
    for (const purchase of bought) {
      const units = Math.min(left, purchase.quantity);
      if (units <= 0) continue;
      left -= units;
      purchase.quantity -= units;
      addTo(matched, purchase.orderId, { productId, quantity: units });
    }
    if (left === 0) continue;
    refused.push({ productId, quantity: left, reason: reasonFor(productId, bought) });
  }
  return { matched: [...matched].map(([orderId, taken]) => ({ orderId, lines: taken })), refused };
}

/** Refuses all of it: what a guest sends back, or what was never sent. */
export function refuseAll(
  lines: readonly ReturnLine[],
  reason: 'guest' | 'never-sent',
): Settlement {
  return { matched: [], refused: gathered(lines).map((line) => ({ ...line, reason })) };
}

/** Whether a return names an order's goods, all of them and nothing else. */
export function isAllOf(lines: readonly ReturnLine[], ordered: readonly ReturnLine[]): boolean {
  const wanted = new Map(gathered(ordered).map(({ productId, quantity }) => [productId, quantity]));
  const named = gathered(lines);
  return (
    named.length === wanted.size &&
    named.every(({ productId, quantity }) => wanted.get(productId) === quantity)
  );
}

function reasonFor(productId: string, bought: readonly Purchase[]): RefusedReturnLine['reason'] {
  if (bought.length > 0) return 'bought-fewer';
  return isChargeCode(productId) ? 'charge' : 'never-bought';
}

// Orders of one minute are told apart by their number, so that a replay matches the same way.
function byNewest(one: Purchase, other: Purchase): number {
  return compare(other.placedAt, one.placedAt) || compare(other.orderId, one.orderId);
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function gathered(lines: readonly ReturnLine[]): ReturnLine[] {
  const units = new Map<string, number>();
  for (const { productId, quantity } of lines) {
    units.set(productId, (units.get(productId) ?? 0) + quantity);
  }
  return [...units].map(([productId, quantity]) => ({ productId, quantity }));
}

function addTo(matched: Map<string, ReturnLine[]>, orderId: string, line: ReturnLine): void {
  const lines = matched.get(orderId) ?? [];
  const same = lines.findIndex((other) => other.productId === line.productId);
  const before = lines[same];
  if (before === undefined) lines.push(line);
  else lines[same] = { ...before, quantity: before.quantity + line.quantity };
  matched.set(orderId, lines);
}
