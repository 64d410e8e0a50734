/**
 * What a value is, for the messages of errors: `NaN`, `a Date`, `an array`. It says nothing of what
 * is in it, which may be personal.
 */
export function valueText(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? 'a number' : String(value);
  if (typeof value === 'string') return value === '' ? 'an empty text' : 'text';
  if (typeof value !== 'object') return `a ${typeof value}`;
  if (Array.isArray(value)) return 'an array';
  const made = (value.constructor as { readonly name?: unknown } | undefined)?.name;
  if (typeof made !== 'string' || made === '' || made === 'Object') return 'an object';
  return `${/^[aeiou]/i.test(made) ? 'an' : 'a'} ${made}`;
}
