/**
 * A code of an invoice line. Codes are compared without regard to case, so they are kept in upper
 * case. Some name no goods but a charge (postage, a fee, a voucher): paid, never stocked.
 */
export function productCode(text: string): string {
  return text.trim().toUpperCase();
}

export function isChargeCode(code: string): boolean {
  const upper = productCode(code);
  return chargeCodes.has(upper) || upper.startsWith('GIFT_');
}

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
