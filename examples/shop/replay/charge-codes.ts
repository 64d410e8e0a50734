/**
 * Stock codes that are no goods: postage, discounts, fees, vouchers. They are paid and never stocked.
 * Codes are compared without regard to case, so callers give them in upper case.
 */
const chargeCodes: ReadonlySet<string> = new Set([
  'POST',
  'DOT',
  'M',
  'D',
  'C2',
  'S',
  'B',
  'PADS',
  'CRUK',
  'BANK CHARGES',
  'AMAZONFEE',
]);

export function isChargeCode(code: string): boolean {
  return chargeCodes.has(code) || code.startsWith('GIFT_');
}
