import type { Clock } from '../host/clock.ts';
import { type RecordSelection, isChosen } from '../inspection/follow-from.ts';
import type { OpenLog } from '../inspection/open-logs.ts';
import { placesOf, placesText } from '../inspection/places.ts';
import { type ShownRecord, shownRecord } from '../inspection/shown-record.ts';
import type { LogReader } from '../log/log.ts';
import { isFull } from '../log/page.ts';
import type { StoredRecord } from '../log/record.ts';
import type { Tail } from './api.ts';
import type { SentEvent } from './event-stream.ts';
import { lightRecords } from './light-records.ts';

/** So often what is new is sent: nobody reads faster. */
const EVERY_MS = 250;
/** At most so many records of each log are sent each time; of more only the last ones. */
export const SENT_MAX = 50;
/** Of all that comes so many of the last records are read. */
const LAST = { limit: 200, charactersMax: 1_048_576 };
/** Of what is chosen nobody knows where it is: so many records of each log are looked through each time. */
const PAGE = { limit: 500, charactersMax: 1_048_576 };
export const PAGES_MAX = 10;
/** Whoever comes back later than that begins nearer to the end. */
export const BEHIND_MAX = 50_000;

/** What is watched, and how. */
export interface Watching {
  readonly selection: RecordSelection;
  /** Where an earlier one ended, as its last event said; default: at the end of each log. */
  readonly after?: string | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * What is appended to some logs, as it comes. Of what comes faster than anybody reads only the last is
 * sent, and how many were left out, so that watching costs the same however much flows.
 *
 * @throws {QuestionError} when `after` is not what an event has said.
 */
export async function* tail(
  logs: readonly OpenLog[],
  { selection, after, clock, signal }: Watching,
): AsyncGenerator<SentEvent> {
  const begun = after === undefined ? undefined : placesOf(after);
  const places = new Map<OpenLog, number>();
  // One that the last release did not have yet begins at its end.
  for (const open of logs) places.set(open, begun?.get(open.name) ?? (await open.log.head()));
  // The page knows by it that it hears.
  yield eventOf(places, { records: [], leftOut: 0, isAtMost: false });
  while (!signal.aborted) {
    await clock.sleep(EVERY_MS, signal);
    const records: ShownRecord[] = [];
    let leftOut = 0;
    let isAtMost = false;
    for (const open of logs) {
      const next = await newOf(open, places.get(open) ?? 0, selection);
      places.set(open, next.place);
      leftOut += next.leftOut;
      isAtMost ||= next.isAtMost;
      records.push(...next.records.map((stored) => shownRecord(open.vocabulary, stored)));
    }
    if (records.length === 0 && leftOut === 0) continue;
    records.sort((a, b) => (a.recordedAt < b.recordedAt ? -1 : 1));
    yield eventOf(places, { records: lightRecords(records), leftOut, isAtMost });
  }
}

function eventOf(places: ReadonlyMap<OpenLog, number>, data: Tail): SentEvent {
  const told = [...places].map(([{ name }, place]) => ({ context: name, place }));
  return { event: 'tail', data, id: placesText(told) };
}

interface New {
  readonly records: readonly StoredRecord[];
  readonly leftOut: number;
  /** Not all of what was left out was looked at. */
  readonly isAtMost: boolean;
  /** All up to here was looked at, or is left out. */
  readonly place: number;
}

async function newOf({ log }: OpenLog, place: number, selection: RecordSelection): Promise<New> {
  const head = await log.head();
  // A log that was put in the place of another one may end before.
  if (head <= place) return { records: [], leftOut: 0, isAtMost: false, place: head };
  const { types, directions, key } = selection;
  const isAll = types === undefined && directions === undefined && key === undefined;
  return isAll ? lastOf(log, place, head) : chosenOf(log, { place, head }, selection);
}

async function lastOf(log: LogReader, place: number, head: number): Promise<New> {
  const page = await log.read({ after: Math.max(place, head - LAST.limit), ...LAST });
  const records = page.slice(-SENT_MAX);
  const last = page.at(-1)?.position ?? head;
  // Of large ones fewer are in a page: the others come with the next.
  const end = isFull(page, LAST) ? last : Math.max(head, last);
  const leftOut = Math.max(0, end - place - records.length);
  return { records, leftOut, isAtMost: false, place: end };
}

async function chosenOf(
  log: LogReader,
  { place, head }: { readonly place: number; readonly head: number },
  selection: RecordSelection,
): Promise<New> {
  const { types, directions } = selection;
  const query = { ...(types && { types }), ...(directions && { directions }), ...PAGE };
  const from = Math.max(place, head - BEHIND_MAX);
  const chosen: StoredRecord[] = [];
  let after = from;
  for (let pages = 0; after < head && pages < PAGES_MAX; pages += 1) {
    const page = await log.read({ after, ...query });
    chosen.push(...page.filter((record) => isChosen(record, selection)));
    // A page that ends by its size may be followed by more.
    after = page.at(-1)?.position ?? head;
  }
  const records = chosen.slice(-SENT_MAX);
  const leftOut = chosen.length - records.length + (from - place);
  return { records, leftOut, isAtMost: from > place, place: after };
}
