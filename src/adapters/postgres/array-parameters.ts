/**
 * Arrays as PostgreSQL takes them in its binary form. The text form, in which every quote and
 * backslash of a payload is escaped here and taken apart there, costs several times as much.
 */

const TEXT = 25;
const BIGINT = 20;
const HEADER = 20;

/** A `text[]`. What is no well-formed text (half of a surrogate pair) becomes U+FFFD. */
export function textArray(values: readonly (string | null)[]): Buffer {
  let size = HEADER;
  const lengths = values.map((value) => {
    const length = value === null ? -1 : Buffer.byteLength(value);
    size += 4 + Math.max(length, 0);
    return length;
  });
  const array = header(size, TEXT, values.length);
  let at = HEADER;
  values.forEach((value, index) => {
    at = array.writeInt32BE(lengths[index] as number, at);
    if (value !== null) at += array.write(value, at);
  });
  return array;
}

/** A `bigint[]` of whole numbers up to 2^53. */
export function bigintArray(values: readonly (number | null)[]): Buffer {
  const size = values.reduce<number>((sum, value) => sum + (value === null ? 4 : 12), HEADER);
  const array = header(size, BIGINT, values.length);
  let at = HEADER;
  for (const value of values) {
    at = array.writeInt32BE(value === null ? -1 : 8, at);
    if (value !== null) at = array.writeBigInt64BE(BigInt(value), at);
  }
  return array;
}

/** One dimension that counts from 1, with nulls; an empty array has no dimension. */
function header(size: number, type: number, length: number): Buffer {
  const array = Buffer.allocUnsafe(length === 0 ? 12 : size);
  array.writeInt32BE(length === 0 ? 0 : 1, 0);
  array.writeInt32BE(1, 4);
  array.writeInt32BE(type, 8);
  if (length === 0) return array;
  array.writeInt32BE(length, 12);
  array.writeInt32BE(1, 16);
  return array;
}
