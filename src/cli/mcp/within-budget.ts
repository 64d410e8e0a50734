import { cutText, jsonText, nameText } from '../../telemetry/safe-text.ts';

/** What is nested deeper is cut: nobody reads it, and it is looked through by recursion. */
const DEPTH_MAX = 100;
/** Among so many items each has its share; of more only the first ones are there. */
const SHARED_AMONG = 10;
/** An item of a long list may have so much, or a tenth of the room where that is more. */
const LARGE_ITEM = 1_000;
/** An item of a list for which less is left is not begun. */
const ITEM_MIN = 200;
/** What stands for a value that is not there. */
const CUT = '…';
/** A field whose value would have less room than this, as text, is left out. */
const VALUE_MIN = 8;
/** At most so many of the cuts are told of. */
const CUTS_TOLD = 10;
const CUT_TOLD_LENGTH = 120;

/** A value that is no longer than it may be, as one line of JSON. */
export interface Fitted {
  readonly value: unknown;
  /** What was cut, such as `groups[0].parked: the first 12 of 500`; nothing when all is there. */
  readonly cut: readonly string[];
}

/**
 * Cuts JSON to a number of characters and keeps its shape: small fields stay as they are, long texts
 * are cut, and lists lose their end. So whoever reads it sees what there is, and what of it is missing.
 */
export function withinBudget(value: unknown, charactersMax: number): Fitted {
  const plain: unknown = JSON.parse(JSON.stringify(value) ?? 'null');
  const cuts: string[] = [];
  const sizes = new Sizes();
  const fitted = fit(plain, { charactersMax, path: '', depth: 0 }, { sizes, cuts });
  const more = cuts.length - CUTS_TOLD;
  return {
    value: fitted,
    cut: [
      ...cuts.slice(0, CUTS_TOLD).map((each) => cutText(each, CUT_TOLD_LENGTH)),
      ...(more > 0 ? [`and ${more} more`] : []),
    ],
  };
}

/** Where a value stands, and how long it may be. */
interface Place {
  readonly charactersMax: number;
  readonly path: string;
  readonly depth: number;
}

interface Work {
  readonly sizes: Sizes;
  readonly cuts: string[];
}

function fit(value: unknown, place: Place, work: Work): unknown {
  if (work.sizes.of(value, place.depth) <= place.charactersMax) return value;
  if (typeof value === 'string') return fitText(value, place, work);
  const isNested = typeof value === 'object' && value !== null;
  if (!isNested || place.depth >= DEPTH_MAX || place.charactersMax < ITEM_MIN / 4)
    return cutWhole(place, work);
  return Array.isArray(value)
    ? fitList(value, place, work)
    : fitFields(Object.entries(value), place, work);
}

function cutWhole({ path }: Place, { cuts }: Work): string {
  cuts.push(`${path}: all of it`);
  return CUT;
}

function fitText(text: string, place: Place, work: Work): string {
  let length = Math.min(text.length - 1, place.charactersMax - 3);
  // Escapes make it longer than its characters are many.
  while (length > 0 && jsonText(cutText(text, length)).length > place.charactersMax)
    length = Math.floor(length * 0.8);
  if (length <= 0) return cutWhole(place, work);
  const of = text.length.toLocaleString('en');
  work.cuts.push(`${place.path}: the first ${length - 1} of ${of} characters`);
  return cutText(text, length);
}

/** The first items: as many as there is room for, when a large one is cut. */
function fitList(items: readonly unknown[], place: Place, work: Work): unknown[] {
  let left = place.charactersMax - 2;
  const shares = items.length <= SHARED_AMONG ? sharesOf(items, left, place, work) : undefined;
  const large = Math.max(LARGE_ITEM, Math.floor(place.charactersMax / SHARED_AMONG));
  const fitted: unknown[] = [];
  for (const [index, item] of items.entries()) {
    const size = work.sizes.of(item, place.depth + 1);
    const room = Math.min(left, shares?.[index] ?? large);
    if (room < Math.min(size, ITEM_MIN)) break;
    const charactersMax = Math.min(size, room);
    const at = { charactersMax, path: `${place.path}[${index}]`, depth: place.depth + 1 };
    const kept = fit(item, at, work);
    fitted.push(kept);
    left -= work.sizes.of(kept, place.depth + 1) + 1;
  }
  if (fitted.length < items.length)
    work.cuts.push(`${place.path}: the first ${fitted.length} of ${items.length}`);
  return fitted;
}

/** Small values as they are; the large ones share what is left. */
function fitFields(
  entries: readonly (readonly [string, unknown])[],
  place: Place,
  work: Work,
): Record<string, unknown> {
  let left = place.charactersMax - 2;
  const named = entries.filter(([key]) => {
    const needed = keySize(key) + VALUE_MIN;
    left -= needed;
    return left >= 0;
  });
  const overhead = named.reduce((sum, [key]) => sum + keySize(key), 2);
  const values = named.map(([, value]) => value);
  const shares = sharesOf(values, place.charactersMax - overhead, place, work);
  const fitted = named.map(([key, value], index): [string, unknown] => {
    const path = `${place.path}${place.path === '' ? '' : '.'}${nameText(key)}`;
    const at = { charactersMax: shares[index] ?? 0, path, depth: place.depth + 1 };
    return [key, fit(value, at, work)];
  });
  if (named.length < entries.length)
    work.cuts.push(`${place.path}: the first ${named.length} of ${entries.length} fields`);
  return Object.fromEntries(fitted);
}

/** The key with its colon and its comma. */
function keySize(key: string): number {
  return jsonText(key).length + 2;
}

/** What each may have of so many characters: the small ones what they need, the others the same. */
function sharesOf(
  values: readonly unknown[],
  characters: number,
  { depth }: Place,
  { sizes }: Work,
): readonly number[] {
  // With the comma behind it.
  const needs = values.map((value, index) => ({ index, need: sizes.of(value, depth + 1) + 1 }));
  const shares: number[] = [];
  let left = characters;
  for (const [taken, { index, need }] of needs.toSorted((a, b) => a.need - b.need).entries()) {
    const share = Math.min(need, Math.floor(left / (values.length - taken)));
    shares[index] = share - 1;
    left -= share;
  }
  return shares;
}

/** How long values are as JSON, each told once. */
class Sizes {
  readonly #known = new Map<object, number>();

  of(value: unknown, depth: number): number {
    if (typeof value !== 'object' || value === null) return jsonText(value).length;
    // What is too deep never fits, whatever it is.
    if (depth > DEPTH_MAX) return Number.POSITIVE_INFINITY;
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const size = Array.isArray(value)
      ? value.reduce<number>((sum, item) => sum + this.of(item, depth + 1) + 1, 2)
      : Object.entries(value).reduce(
          (sum, [key, item]) => sum + keySize(key) + this.of(item, depth + 1),
          2,
        );
    this.#known.set(value, size);
    return size;
  }
}
