import type { Direction, StoredRecord } from '../log/record.ts';
import { nameText } from '../telemetry/safe-text.ts';
import type { OpenLog } from './open-logs.ts';
import { QuestionError } from './question-error.ts';
import { readBackwards } from './read-backwards.ts';

/** Which records are followed; all that is given must hold. */
export interface RecordSelection {
  readonly types?: readonly string[];
  readonly directions?: readonly Direction[];
  readonly key?: string;
  /** Only what was recorded from this time on, and up to that, in milliseconds since 1970. */
  readonly since?: number;
  readonly until?: number;
}

/** Where following begins: with a position, the first that is shown; or with the last so many. */
export type FollowFrom =
  | { readonly kind: 'now' | 'beginning' }
  | { readonly kind: 'position'; readonly position: number }
  | { readonly kind: 'last'; readonly count: number };

/** At most so many of the last records are shown before what is new. */
export const LAST_MAX = 10_000;

/** So many records of each log are looked through for the last ones that are chosen. */
export const LAST_LOOKED_THROUGH_MAX = 100_000;

/** After which position each log is followed, in the order of the logs. */
export interface FollowPlaces {
  readonly after: readonly number[];
  /** The contexts in which the look for the last records ended before there were enough. */
  readonly endedEarly: readonly string[];
}

/**
 * Where each log is followed from.
 *
 * @throws {QuestionError} when a position is given for several logs.
 */
export async function followPlaces(
  logs: readonly OpenLog[],
  from: FollowFrom,
  selection: RecordSelection,
): Promise<FollowPlaces> {
  switch (from.kind) {
    case 'now':
      return { after: await Promise.all(logs.map(({ log }) => log.head())), endedEarly: [] };
    case 'beginning':
      return { after: logs.map(() => 0), endedEarly: [] };
    case 'position':
      if (logs.length > 1) throw positionOfSeveral(logs);
      return { after: [Math.max(0, from.position - 1)], endedEarly: [] };
    case 'last':
      return lastPlaces(logs, Math.min(from.count, LAST_MAX), selection);
  }
}

/** Whether a record is one of those that are chosen. */
export function isChosen(
  { type, direction, key, recordedAt }: StoredRecord,
  { types, directions, key: only, since, until }: RecordSelection,
): boolean {
  return (
    types?.includes(type) !== false &&
    directions?.includes(direction) !== false &&
    (only === undefined || key === only) &&
    (since === undefined || recordedAt >= since) &&
    (until === undefined || recordedAt <= until)
  );
}

/** Before the last so many records of all logs together. */
async function lastPlaces(
  logs: readonly OpenLog[],
  count: number,
  selection: RecordSelection,
): Promise<FollowPlaces> {
  const placeOf = ({ position, recordedAt }: StoredRecord) => ({ position, recordedAt });
  const ends = await Promise.all(
    logs.map((open) => newestChosen(open, { count, selection }, placeOf)),
  );
  const after = ends.map(({ head }) => head);
  for (let left = count; left > 0; left -= 1) {
    const next = ends
      .map(({ newest }, index) => ({ index, recordedAt: newest[0]?.recordedAt ?? -Infinity }))
      .reduce((a, b) => (b.recordedAt > a.recordedAt ? b : a));
    const record = ends[next.index]?.newest.shift();
    if (record === undefined) break;
    after[next.index] = record.position - 1;
  }
  return { after, endedEarly: ends.flatMap(({ endedEarly }) => endedEarly) };
}

/** The newest records of a log that are chosen. */
export interface NewestChosen<Kept> {
  /** The log's end when the look began. */
  readonly head: number;
  /** The newest first; at least so many as were asked for, where there are. */
  readonly newest: Kept[];
  /** All that is chosen above this position was found; 0 when that is all of it. */
  readonly downTo: number;
  /** The context's name, when the look ended before there were enough. */
  readonly endedEarly: readonly string[];
}

/**
 * Looks for the last so many records that are chosen, up to the log's end or a position, and keeps of
 * each what `keep` makes of it.
 */
export async function newestChosen<Kept>(
  { name, log }: OpenLog,
  {
    count,
    selection,
    upTo,
    after = 0,
  }: {
    readonly count: number;
    readonly selection: RecordSelection;
    readonly upTo?: number;
    /** What stands at or before this position is not looked at. */
    readonly after?: number;
  },
  keep: (record: StoredRecord) => Kept,
): Promise<NewestChosen<Kept>> {
  const head = upTo ?? (await log.head());
  const newest: Kept[] = [];
  let left = LAST_LOOKED_THROUGH_MAX;
  for await (const { records, downTo } of readBackwards(log, head + 1)) {
    for (const record of records) if (isChosen(record, selection)) newest.push(keep(record));
    left -= records.length;
    if (downTo <= after) break;
    if (newest.length >= count) return { head, newest, downTo, endedEarly: [] };
    if (left <= 0) return { head, newest, downTo, endedEarly: [name] };
  }
  return { head, newest, downTo: 0, endedEarly: [] };
}

function positionOfSeveral(logs: readonly OpenLog[]): QuestionError {
  const names = logs.map(({ name }) => nameText(name)).join(', ');
  return new QuestionError(
    'asked-wrongly',
    `A position is one of a single log: say which with --context. There are: ${names}.`,
  );
}
