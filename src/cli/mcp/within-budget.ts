import { cutText, jsonText, nameText } from '../../telemetry/safe-text.ts';
import { JsonSizes, NESTED_MAX, VALUE_MIN } from './json-sizes.ts';

/** Among so many items each has its share; of more only the first ones are there. */
const SHARED_AMONG = 10;
/** An item of a long list may have so much, or a tenth of the room where that is more. */
const LARGE_ITEM = 1_000;
/** What stands for a value that is not there. */
const CUT = '…';
/** At most so many of the cuts are told of, of what is on top first. */
const CUTS_TOLD = 10;
const CUT_TOLD_LENGTH = 120;

/** A value that is no longer than it may be, as one line of JSON. */
export interface Fitted {
  readonly value: unknown;
  /** What was cut, such as `groups[0].parked: the first 12 of 500`; nothing when all is there. */
  readonly cut: readonly string[];
}

/**
 * Cuts JSON to a number of characters and keeps its shape: long texts are cut, and lists lose their
 * end. What an item of a list is known by, its ids, names and numbers, is there whole, or the item is not
 * there. So whoever reads it sees what there is, and what of it is missing.
 */
export function withinBudget(value: unknown, charactersMax: number): Fitted {
  const plain: unknown = JSON.parse(JSON.stringify(value) ?? 'null');
  const work: Work = { sizes: new JsonSizes(), cuts: [] };
  const fitted = fit(plain, { charactersMax, path: '', depth: 0 }, work);
  const cuts = work.cuts.toSorted((a, b) => a.depth - b.depth).map(({ told }) => told);
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
  readonly sizes: JsonSizes;
  readonly cuts: { readonly depth: number; readonly told: string }[];
}

function fit(value: unknown, place: Place, work: Work): unknown {
  if (work.sizes.of(value, place.depth) <= place.charactersMax) return value;
  if (typeof value === 'string') return fitText(value, place, work);
  if (typeof value !== 'object' || value === null || place.depth >= NESTED_MAX)
    return cutWhole(place, work);
  if (Array.isArray(value))
    return place.charactersMax < 2 ? cutWhole(place, work) : fitList(value, place, work);
  return place.charactersMax < work.sizes.leastOf(value)
    ? cutWhole(place, work)
    : fitFields(Object.entries(value), place, work);
}

function cutWhole(place: Place, work: Work): string {
  tell('all of it', place, work);
  return CUT;
}

function fitText(text: string, place: Place, work: Work): string {
  let length = Math.min(text.length - 1, place.charactersMax - 3);
  // Escapes make it longer than its characters are many.
  while (length > 0 && jsonText(cutText(text, length)).length > place.charactersMax)
    length = Math.floor(length * 0.8);
  if (length <= 1) return cutWhole(place, work);
  tell(`the first ${length - 1} of ${text.length.toLocaleString('en')} characters`, place, work);
  return cutText(text, length);
}

/** The first items: of a few as much as there is room for, of many those that are whole, or large. */
function fitList(items: readonly unknown[], place: Place, work: Work): unknown[] {
  const { sizes } = work;
  const depth = place.depth + 1;
  const large = Math.max(LARGE_ITEM, Math.floor(place.charactersMax / SHARED_AMONG));
  const isShared = items.length <= SHARED_AMONG;
  const leasts = items.map((item) => {
    const least = sizes.leastOf(item);
    return Math.min(sizes.of(item, depth), isShared ? least : Math.max(large, least));
  });
  const begun = leasts.slice(0, countWithin(leasts, place.charactersMax - 2));
  const shares = isShared
    ? sharesOf(items, begun, { room: place.charactersMax - 2, depth, sizes })
    : begun.map((least) => Math.max(large, least));
  let left = place.charactersMax - 2;
  const fitted: unknown[] = [];
  for (const [index, least] of begun.entries()) {
    const room = Math.min(left, shares[index] ?? 0);
    if (room < least) break;
    const at = { charactersMax: room, path: `${place.path}[${index}]`, depth };
    const kept = fit(items[index], at, work);
    fitted.push(kept);
    left -= sizes.of(kept, depth) + 1;
  }
  if (fitted.length < items.length)
    tell(`the first ${fitted.length} of ${items.length}`, place, work);
  return fitted;
}

/** Small values as they are; the large ones share what is left. */
function fitFields(
  entries: readonly (readonly [string, unknown])[],
  place: Place,
  work: Work,
): Record<string, unknown> {
  const { sizes } = work;
  const depth = place.depth + 1;
  const leasts = entries.map(([, value]) => Math.min(sizes.of(value, depth), VALUE_MIN));
  const needed = entries.map(([key], index) => sizes.ofKey(key) + (leasts[index] ?? 0));
  const named = entries.slice(0, countWithin(needed, place.charactersMax - 2));
  const keys = named.reduce((sum, [key]) => sum + sizes.ofKey(key), 0);
  const room = place.charactersMax - 2 - keys;
  const values = named.map(([, value]) => value);
  const shares = sharesOf(values, leasts.slice(0, named.length), { room, depth, sizes });
  const fitted = named.map(([key, value], index): [string, unknown] => {
    const path = `${place.path}${place.path === '' ? '' : '.'}${nameText(key)}`;
    return [key, fit(value, { charactersMax: shares[index] ?? 0, path, depth }, work)];
  });
  if (named.length < entries.length)
    tell(`the first ${named.length} of ${entries.length} fields`, place, work);
  return Object.fromEntries(fitted);
}

/** How many of the first ones fit into a room, each with a comma. */
function countWithin(needed: readonly number[], room: number): number {
  let left = room;
  const end = needed.findIndex((each) => (left -= each + 1) < 0);
  return end < 0 ? needed.length : end;
}

/**
 * What each of the values may have for which there is a least: the small ones what they need, the
 * others the same, but for what one of them does not need.
 */
function sharesOf(
  values: readonly unknown[],
  leasts: readonly number[],
  given: { readonly room: number; readonly depth: number; readonly sizes: JsonSizes },
): readonly number[] {
  const { depth, sizes } = given;
  const inTurn = leasts
    .map((least, index) => {
      const value = values[index];
      return { index, least, need: sizes.of(value, depth), isSmall: sizes.isSmall(value) };
    })
    .sort((a, b) => Number(b.isSmall) - Number(a.isSmall) || a.need - b.need);
  const shares: number[] = [];
  let left = given.room;
  let reserved = leasts.reduce((sum, least) => sum + least + 1, 0);
  for (const [taken, { index, least, need, isSmall }] of inTurn.entries()) {
    reserved -= least + 1;
    const share = isSmall ? need : Math.floor(left / (inTurn.length - taken)) - 1;
    shares[index] = Math.min(need, Math.max(share, least), left - reserved - 1);
    left -= (shares[index] ?? 0) + 1;
  }
  return shares;
}

function tell(what: string, { path, depth }: Place, { cuts }: Work): void {
  cuts.push({ depth, told: `${path === '' ? 'all' : path}: ${what}` });
}
