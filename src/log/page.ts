import type { NewRecord } from './record.ts';

/**
 * Pages of a log are bounded twice: by a number of records, and by the characters of what is in
 * them, so that a log of large payloads does not fill the memory of whoever reads it. A page ends
 * with the record that reaches a bound; so it always holds one, however large that is.
 */
export interface PageBound {
  /** So many records at most. */
  readonly limit: number;
  /** It ends with the record that makes it so many characters; unbounded when absent. */
  readonly charactersMax?: number;
}

/** Whoever reads a log from its beginning to its end reads pages of so many characters. */
export const PAGE_CHARACTERS_MAX = 4_194_304;

/** How large a record is: the characters of its data and metadata, the parts without a small bound. */
export function charactersOf(record: Pick<NewRecord, 'data' | 'metadata'>): number {
  return record.data.length + (record.metadata?.length ?? 0);
}

/** The first page of what comes; takes nothing more out of `items` once it is full. */
export function firstPage<Item>(
  items: Iterable<Item>,
  bound: PageBound,
  charactersIn: (item: Item) => number,
): Item[] {
  const page: Item[] = [];
  if (bound.limit <= 0) return page;
  let left = bound.charactersMax ?? Infinity;
  for (const item of items) {
    page.push(item);
    left -= charactersIn(item);
    if (page.length >= bound.limit || left <= 0) return page;
  }
  return page;
}

/** Whether a page ended at a bound, so that there may be more behind it. */
export function isFull(
  page: readonly Pick<NewRecord, 'data' | 'metadata'>[],
  bound: PageBound,
): boolean {
  if (page.length >= bound.limit) return true;
  return bound.charactersMax !== undefined && charactersOfAll(page) >= bound.charactersMax;
}

/** How large all of them are together. */
export function charactersOfAll(records: readonly Pick<NewRecord, 'data' | 'metadata'>[]): number {
  return records.reduce((sum, record) => sum + charactersOf(record), 0);
}
