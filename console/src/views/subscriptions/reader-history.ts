import type { Pulse } from '../../../../src/console/api.ts';
import type { ReaderLag } from '../../../../src/inspection/reader-lag.ts';

/** So far back a rate is reckoned. */
const RATE_OVER_MS = 30_000;

/** How far one reader was at a moment. */
export interface Point {
  readonly atMs: number;
  /** Null where nobody could tell. */
  readonly behind: number | null;
  readonly position: number | null;
}

/** What identifies a reader. */
export interface ReaderName {
  readonly context: string;
  readonly name: string;
}

export function readerKey({ context, name }: ReaderName): string {
  return JSON.stringify([context, name]);
}

/** Each pulse is looked through once, however many readers are drawn. */
const READERS = new WeakMap<Pulse, ReadonlyMap<string, ReaderLag>>();

export function readersIn(pulse: Pulse): ReadonlyMap<string, ReaderLag> {
  const known = READERS.get(pulse);
  if (known !== undefined) return known;
  const readers = new Map(pulse.lag.readers.map((reader) => [readerKey(reader), reader]));
  READERS.set(pulse, readers);
  return readers;
}

/** How one reader did, the oldest first. */
export function pointsOf(history: readonly Pulse[], name: ReaderName): readonly Point[] {
  const key = readerKey(name);
  return history.flatMap((pulse) => {
    const reader = readersIn(pulse).get(key);
    if (reader === undefined) return [];
    const { behind, position } = reader;
    return [{ atMs: Date.parse(pulse.at), behind, position }];
  });
}

/**
 * How many positions of its log a reader's place moved a second, of late. Undefined where it has none, or
 * it was not watched for long enough. What is of no interest to it moves its place now and then only.
 */
export function rateOf(points: readonly Point[]): number | undefined {
  const last = points.at(-1);
  if (last === undefined) return undefined;
  const first = points.find(
    ({ atMs, position }) => position !== null && atMs >= last.atMs - RATE_OVER_MS,
  );
  if (first?.position === undefined || first.position === null || last.position === null)
    return undefined;
  const seconds = (last.atMs - first.atMs) / 1_000;
  return seconds < 1 ? undefined : Math.max(0, last.position - first.position) / seconds;
}
