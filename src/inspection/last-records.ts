import type { StoredRecord } from '../log/record.ts';
import { type NewestChosen, type RecordSelection, newestChosen } from './follow-from.ts';
import { type OpenLog, assertSomeLog } from './open-logs.ts';
import { placesIn, placesText } from './places.ts';
import { positionBefore } from './position-before.ts';
import { type ShownRecord, shownRecord } from './shown-record.ts';

/** At most so many of the last records are told of at once. */
export const LAST_TOLD_MAX = 200;

/** The clocks of processes that share a log differ a little: so much before and after a time is looked for what is of it. */
const CLOCKS_APART_MS = 60_000;

/** Which of the last records are asked for. */
export interface LastQuestion extends RecordSelection {
  /** So many, up to 200. */
  readonly count: number;
  /** What the records before said to go on with: their `next`. */
  readonly before?: string;
}

/** The last records of some logs together. */
export interface LastRecords {
  /** The newest first. */
  readonly records: readonly ShownRecord[];
  /** The contexts in which the look ended, after 100,000 records, before there were enough. */
  readonly endedEarly: readonly string[];
  /** What goes on with those before them; null when there is nothing more. */
  readonly next: string | null;
}

/**
 * The last records that were recorded in some logs, by the time at which they were.
 *
 * @throws {QuestionError} when there is no log at all, or `before` is not what such an answer has said.
 */
export async function lastRecords(
  logs: readonly OpenLog[],
  { count, before, ...selection }: LastQuestion,
  storeName: string,
): Promise<LastRecords> {
  assertSomeLog(logs, storeName);
  const told = Math.min(count, LAST_TOLD_MAX);
  const places = before === undefined ? undefined : placesIn(logs, before);
  const lanes: Lane[] = [];
  for (const open of logs) {
    const upTo = await upToOf(open, places?.get(open.name), selection.until);
    const asked = { count: told, selection, upTo, after: await afterOf(open, selection.since) };
    const found = await newestChosen(open, asked, (stored) => stored);
    lanes.push({ open, ...found });
  }
  const records = newestFirst(lanes, told);
  const left = lanes.map(({ open, newest, downTo }) => ({
    context: open.name,
    place: newest[0]?.position ?? downTo,
  }));
  return {
    records,
    endedEarly: lanes.flatMap(({ endedEarly }) => endedEarly),
    next: left.some(({ place }) => place > 0) ? placesText(left) : null,
  };
}

/** The last position that is looked at. */
async function upToOf(
  { log }: OpenLog,
  place: number | undefined,
  until: number | undefined,
): Promise<number> {
  if (place !== undefined) return place;
  return until === undefined ? log.head() : positionBefore(log, until + 1 + CLOCKS_APART_MS);
}

/** The last position that is too old. */
async function afterOf({ log }: OpenLog, since: number | undefined): Promise<number> {
  return since === undefined ? 0 : positionBefore(log, since - CLOCKS_APART_MS);
}

/** What was found in one log. */
interface Lane extends NewestChosen<StoredRecord> {
  readonly open: OpenLog;
}

/** By the time at which they were recorded; those of one log stay in their order. */
function newestFirst(lanes: readonly Lane[], count: number): ShownRecord[] {
  const records: ShownRecord[] = [];
  while (records.length < count) {
    const lane = lanes.reduce<Lane | undefined>(
      (latest, each) => (timeOf(each) > timeOf(latest) ? each : latest),
      undefined,
    );
    const stored = lane?.newest.shift();
    if (lane === undefined || stored === undefined) break;
    records.push(shownRecord(lane.open.vocabulary, stored));
  }
  return records;
}

function timeOf(lane: Lane | undefined): number {
  return lane?.newest[0]?.recordedAt ?? Number.NEGATIVE_INFINITY;
}
