import type { StoredRecord } from '../log/record.ts';
import { type NewestChosen, type RecordSelection, newestChosen } from './follow-from.ts';
import { type OpenLog, assertSomeLog } from './open-logs.ts';
import { type ShownRecord, shownRecord } from './shown-record.ts';

/** At most so many of the last records are told of at once. */
export const LAST_TOLD_MAX = 200;

/** Which of the last records are asked for. */
export interface LastQuestion extends RecordSelection {
  /** So many, up to 200. */
  readonly count: number;
}

/** The last records of some logs together. */
export interface LastRecords {
  /** The newest first. */
  readonly records: readonly ShownRecord[];
  /** The contexts in which the look ended, after 100,000 records, before there were enough. */
  readonly endedEarly: readonly string[];
}

/**
 * The last records that were recorded in some logs, by the time at which they were.
 *
 * @throws {QuestionError} when there is no log at all.
 */
export async function lastRecords(
  logs: readonly OpenLog[],
  { count, ...selection }: LastQuestion,
  storeName: string,
): Promise<LastRecords> {
  assertSomeLog(logs, storeName);
  const told = Math.min(count, LAST_TOLD_MAX);
  const lanes: Lane[] = [];
  for (const open of logs) {
    const found = await newestChosen(open, { count: told, selection }, (stored) => stored);
    lanes.push({ open, ...found });
  }
  return {
    records: newestFirst(lanes, told),
    endedEarly: lanes.flatMap(({ endedEarly }) => endedEarly),
  };
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
