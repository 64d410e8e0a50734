import type { Clock } from './clock.ts';
import type { Randomness } from './randomness.ts';

/** Makes identifiers that are unique everywhere and ascend in the order in which they were made. */
export interface Ids {
  next(): string;
}

/**
 * UUIDv7 (RFC 9562, method 1 of section 6.2): 48 bits of milliseconds, a counter of 12 bits that
 * keeps ids of one millisecond in order, 62 random bits. An index on such ids grows at its right
 * edge. When the clock goes back, or a millisecond overflows the counter, the time part runs ahead.
 */
export function uuidv7Ids(clock: Clock, randomness: Randomness): Ids {
  let lastMs = -1;
  let counter = 0;
  let prefix = '';
  return {
    next() {
      const now = clock.now();
      if (now > lastMs) {
        lastMs = now;
        counter = 0;
        prefix = timePart(lastMs);
      } else if (counter === 0xfff) {
        lastMs += 1;
        counter = 0;
        prefix = timePart(lastMs);
      } else {
        counter += 1;
      }
      const high = (0x8000 + (randomness.uint32() & 0x3fff)).toString(16);
      return `${prefix}-7${hex(counter, 3)}-${high}-${hex(randomness.uint32() & 0xffff, 4)}${hex(randomness.uint32(), 8)}`;
    },
  };
}

function timePart(ms: number): string {
  const text = hex(ms, 12);
  return `${text.slice(0, 8)}-${text.slice(8)}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
