/**
 * Money is whole pence; a price is whole thousandths of a pound, because the trade quotes prices
 * below a penny. Rounding happens once, per line, half away from zero.
 */
export function lineAmountPence(quantity: number, unitPriceMils: number): number {
  const mils = quantity * unitPriceMils;
  const pence = Math.floor((Math.abs(mils) + 5) / 10);
  return mils < 0 ? -pence : pence;
}
