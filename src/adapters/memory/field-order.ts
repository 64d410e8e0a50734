import type { FieldValue } from '../../log/document-query.ts';

/**
 * How values of documents compare: null, then numbers (false is 0, true is 1), then text by code
 * point. It is the order of a database's index, so that a query gives the same in memory.
 */
export function compareValues(a: FieldValue, b: FieldValue): number {
  const rank = rankOf(a) - rankOf(b);
  if (rank !== 0 || a === null) return rank;
  if (typeof a === 'string') return compareText(a, b as string);
  return Number(a) - Number(b);
}

/** Are they comparable: both numbers (or booleans), or both text? */
export function isSameKind(a: FieldValue, b: FieldValue): boolean {
  return a !== null && rankOf(a) === rankOf(b);
}

/** By code point; `<` would compare code units, which puts an emoji before some letters. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const unitA = a.charCodeAt(index);
    const unitB = b.charCodeAt(index);
    if (unitA !== unitB) return weight(unitA) - weight(unitB);
  }
  return a.length - b.length;
}

// Halves of a pair stand for code points above all others.
function weight(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

function rankOf(value: FieldValue): number {
  if (value === null) return 0;
  return typeof value === 'string' ? 2 : 1;
}
