/**
 * Money in whole numbers. A price is kept in mils (thousandths of a pound), because a few goods are
 * sold at 0.001; everything that is charged is whole pence. No decimal fraction ever becomes a
 * floating-point number on its way, so that no penny depends on binary rounding.
 */

/** A price beyond this is a slip of the pen; below it, quantity × price stays an exact integer. */
export const unitPriceMilsMax = 1_000_000_000;
export const quantityMax = 1_000_000;

/** "2.55" → 2550. Undefined when it is no decimal number of at most three places. */
export function parsePriceMils(text: string): number | undefined {
  const match = /^(-?)(\d{1,9})(?:\.(\d{0,3})0*)?$/.exec(text);
  if (match === null) return undefined;
  const [, sign, pounds = '', fraction = ''] = match;
  const mils = Number(pounds) * 1000 + Number(fraction.padEnd(3, '0'));
  if (mils > unitPriceMilsMax) return undefined;
  return sign === '-' && mils !== 0 ? -mils : mils;
}

/** Quantity × price, rounded to whole pence once, half away from zero. */
export function lineAmountPence(quantity: number, unitPriceMils: number): number {
  const mils = quantity * unitPriceMils;
  const rest = mils % 10;
  const pence = (mils - rest) / 10;
  if (Math.abs(rest) < 5) return pence;
  return pence + Math.sign(rest);
}
