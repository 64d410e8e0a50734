import { aggregateOfStream } from '../aggregate/aggregate.ts';
import { PAGE_CHARACTERS_MAX } from '../log/page.ts';
import type { Direction, StoredRecord } from '../log/record.ts';
import type { OpenLog } from './open-logs.ts';

const PAGE = 500;

/** One type of record, as it was seen in a log. */
export interface SeenType {
  readonly context: string;
  readonly direction: Direction;
  /** Of a domain event: whose it is. */
  readonly aggregate: string | null;
  readonly type: string;
  readonly count: number;
  /** Of the last one. */
  readonly recordedAt: string;
}

/** What was looked through of one context's log. */
export interface LookedThrough {
  readonly context: string;
  readonly records: number;
  /** Nothing of it was left out, so that what was not seen is not there. */
  readonly isAll: boolean;
}

/**
 * Counts the types among the newest records of a log. It has no index by type, and may be long: what
 * lies more than `positionsMax` before its end is left out.
 */
export async function seenTypes(
  { name, log }: OpenLog,
  positionsMax: number,
): Promise<{ readonly looked: LookedThrough; readonly types: readonly SeenType[] }> {
  const head = await log.head();
  const begin = Math.max(0, head - positionsMax);
  const types = new Map<string, SeenType>();
  let records = 0;
  for (let after = begin; after < head;) {
    const bound = { limit: Math.min(PAGE, head - after), charactersMax: PAGE_CHARACTERS_MAX };
    const page = await log.read({ after, ...bound });
    for (const record of page) add(types, name, record);
    records += page.length;
    after = page.at(-1)?.position ?? head;
  }
  return {
    looked: { context: name, records, isAll: begin === 0 },
    types: [...types.values()],
  };
}

function add(types: Map<string, SeenType>, context: string, record: StoredRecord): void {
  const { direction, type, stream } = record;
  const aggregate = direction === 'domain' ? aggregateOfStream(stream ?? '') : null;
  const key = JSON.stringify([direction, aggregate, type]);
  const count = (types.get(key)?.count ?? 0) + 1;
  const recordedAt = new Date(record.recordedAt).toISOString();
  types.set(key, { context, direction, aggregate, type, count, recordedAt });
}
