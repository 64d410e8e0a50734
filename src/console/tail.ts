import type { Clock } from '../host/clock.ts';
import { type RecordSelection, isChosen } from '../inspection/follow-from.ts';
import type { OpenLog } from '../inspection/open-logs.ts';
import { type ShownRecord, shownRecord } from '../inspection/shown-record.ts';
import type { StoredRecord } from '../log/record.ts';
import type { Tail } from './api.ts';
import type { SentEvent } from './event-stream.ts';
import { lightRecords } from './light-records.ts';

/** So often what is new is sent: nobody reads faster. */
const EVERY_MS = 250;
/** At most so many records of each log are sent each time; of more only the last ones. */
export const SENT_MAX = 50;
const PAGE = { limit: 200, charactersMax: 1_048_576 };

/**
 * What is appended to some logs, as it comes. Of what comes faster than anybody reads only the last is
 * sent, and how many were left out, so that watching costs the same however much flows.
 */
export async function* tail(
  logs: readonly OpenLog[],
  {
    selection,
    clock,
    signal,
  }: {
    readonly selection: RecordSelection;
    readonly clock: Clock;
    readonly signal: AbortSignal;
  },
): AsyncGenerator<SentEvent> {
  const places = new Map<OpenLog, number>();
  for (const open of logs) places.set(open, await open.log.head());
  // The page knows by it that it hears.
  yield { event: 'tail', data: { records: [], leftOut: 0 } satisfies Tail };
  while (!signal.aborted) {
    await clock.sleep(EVERY_MS, signal);
    const records: ShownRecord[] = [];
    let leftOut = 0;
    for (const open of logs) {
      const next = await newOf(open, places.get(open) ?? 0, selection);
      places.set(open, next.head);
      leftOut += next.leftOut;
      records.push(...next.records.map((stored) => shownRecord(open.vocabulary, stored)));
    }
    if (records.length === 0 && leftOut === 0) continue;
    records.sort((a, b) => (a.recordedAt < b.recordedAt ? -1 : 1));
    yield { event: 'tail', data: { records: lightRecords(records), leftOut } satisfies Tail };
  }
}

interface New {
  readonly records: readonly StoredRecord[];
  readonly leftOut: number;
  readonly head: number;
}

async function newOf({ log }: OpenLog, place: number, selection: RecordSelection): Promise<New> {
  const head = await log.head();
  if (head <= place) return { records: [], leftOut: 0, head: Math.min(head, place) };
  const { types, directions, key } = selection;
  const isAll = types === undefined && directions === undefined && key === undefined;
  // Of all that comes the last page is near the end; of what is chosen nobody knows where that is.
  const after = isAll ? Math.max(place, head - PAGE.limit) : place;
  const query = { ...(types && { types }), ...(directions && { directions }) };
  const page = await log.read({ after, ...query, ...PAGE });
  const chosen = page.filter((record) => isChosen(record, selection));
  const records = chosen.slice(-SENT_MAX);
  const last = page.at(-1)?.position ?? head;
  const isMore = page.length >= PAGE.limit && !isAll;
  const passed = isAll ? head - place : chosen.length + (isMore ? head - last : 0);
  return { records, leftOut: Math.max(0, passed - records.length), head };
}
