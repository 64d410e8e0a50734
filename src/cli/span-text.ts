const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** Under this, milliseconds are what somebody looks for. */
const FINE_MS = 10_000;

/**
 * A span of time to read: milliseconds while it is short, then at most two units, as an action in
 * which a timer waited for days is not read in milliseconds. What is cut off is less than the
 * second of them.
 */
export function spanText(ms: number): string {
  if (Math.abs(ms) < FINE_MS) return `${ms} ms`;
  const sign = ms < 0 ? '-' : '';
  let left = Math.abs(ms);
  const parts = UNITS.map(([unit, size]) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return { unit, count };
  });
  const first = parts.findIndex(({ count }) => count > 0);
  const shown = parts.slice(first, first + 2).filter(({ count }) => count > 0);
  return sign + shown.map(({ unit, count }) => `${count} ${unit}`).join(' ');
}
