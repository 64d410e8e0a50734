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

/**
 * What was seen to follow: because of records of one type, an aggregate of the same context decided
 * something. The wiring cannot say that, as handlers are functions.
 */
export interface Followed {
  readonly context: string;
  readonly cause: Pick<SeenType, 'direction' | 'aggregate' | 'type'>;
  /** The one that decided. */
  readonly aggregate: string;
  /** So many events. */
  readonly count: number;
}

/** What was looked through of one context's log. */
export interface LookedThrough {
  readonly context: string;
  readonly records: number;
  /** Nothing of it was left out, so that what was not seen is not there. */
  readonly isAll: boolean;
}

/** So many records are kept in mind as possible causes, the newest. */
const CAUSES_MAX = 20_000;

/**
 * Counts the types among the newest records of a log. It has no index by type, and may be long: what
 * lies more than `positionsMax` before its end is left out.
 */
export async function seenTypes(
  { name, log }: OpenLog,
  positionsMax: number,
): Promise<{
  readonly looked: LookedThrough;
  readonly types: readonly SeenType[];
  readonly followed: readonly Followed[];
}> {
  const head = await log.head();
  const begin = Math.max(0, head - positionsMax);
  const types = new Map<string, SeenType>();
  const causes = new Map<string, Followed['cause']>();
  const followed = new Map<string, Followed>();
  let records = 0;
  for (let after = begin; after < head;) {
    const bound = { limit: Math.min(PAGE, head - after), charactersMax: PAGE_CHARACTERS_MAX };
    const page = await log.read({ after, ...bound });
    for (const record of page) {
      add(types, name, record);
      addFollowed(followed, name, { record, cause: causes.get(record.causationId) });
      causes.set(record.id, kindOf(record));
      if (causes.size > CAUSES_MAX) causes.delete(causes.keys().next().value as string);
    }
    records += page.length;
    after = page.at(-1)?.position ?? head;
  }
  return {
    looked: { context: name, records, isAll: begin === 0 },
    types: [...types.values()],
    followed: [...followed.values()],
  };
}

function add(types: Map<string, SeenType>, context: string, record: StoredRecord): void {
  const kind = kindOf(record);
  const key = keyOf(kind);
  const count = (types.get(key)?.count ?? 0) + 1;
  const recordedAt = new Date(record.recordedAt).toISOString();
  types.set(key, { context, ...kind, count, recordedAt });
}

function addFollowed(
  followed: Map<string, Followed>,
  context: string,
  {
    record,
    cause,
  }: { readonly record: StoredRecord; readonly cause: Followed['cause'] | undefined },
): void {
  const { aggregate } = kindOf(record);
  if (cause === undefined || aggregate === null) return;
  const key = `${keyOf(cause)} ${aggregate}`;
  const count = (followed.get(key)?.count ?? 0) + 1;
  followed.set(key, { context, cause, aggregate, count });
}

function kindOf({ direction, type, stream }: StoredRecord): Followed['cause'] {
  return {
    direction,
    aggregate: direction === 'domain' ? aggregateOfStream(stream ?? '') : null,
    type,
  };
}

function keyOf({ direction, aggregate, type }: Followed['cause']): string {
  return JSON.stringify([direction, aggregate, type]);
}
