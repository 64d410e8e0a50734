import { borderSubscription } from '../backbone/border.ts';
import { decode } from '../context/vocabulary.ts';
import type { Direction, StoredRecord } from '../log/record.ts';
import type { WaitingKind, WaitingRow } from '../log/waiting-row.ts';
import { TIMER_NAMES, payloadOf } from '../process/timer-row.ts';
import { OLD_VERSIONS } from '../runtime/old-versions.ts';
import type { RunningContext } from '../runtime/running-context.ts';
import type { CausedRecord } from '../telemetry/causation-tree.ts';
import { type StoryLine, type Verb, whatText } from './story-line.ts';

/** So many records are read from a log at a time. */
const PAGE = 1_000;
/** So many rows of a context that wait are looked at. */
const ROWS_MAX = 100_000;

/** Something that happened, with as much as tells what caused it. */
export type Tracked = StoryLine & CausedRecord;

/** How far each context has come, and what waits there. */
export type Mark = ReadonlyMap<
  string,
  { readonly head: number; readonly rows: ReadonlySet<string> }
>;

export async function markNow(contexts: readonly RunningContext[]): Promise<Mark> {
  const marks = contexts.map(async ({ name, log }) => {
    const rows = new Set((await rowsOf(log)).map(nameOf));
    return [name, { head: await log.head(), rows }] as const;
  });
  return new Map(await Promise.all(marks));
}

/** What was appended since then in all contexts, in the order of each log, and what waits since. */
export async function trackedSince(
  contexts: readonly RunningContext[],
  mark: Mark,
): Promise<readonly Tracked[]> {
  const names = contexts.map(({ name }) => name);
  const tracked = contexts.map(async (context) => {
    const before = mark.get(context.name) ?? { head: 0, rows: new Set() };
    const records = await recordsAfter(context, before.head);
    const rows = (await rowsOf(context.log)).filter((row) => !before.rows.has(nameOf(row)));
    return [
      ...records.map((stored) => trackedRecord(context, stored)),
      ...rows.flatMap((row) => trackedRow(context.name, row, names) ?? []),
    ];
  });
  return (await Promise.all(tracked)).flat();
}

async function recordsAfter(
  { log }: RunningContext,
  position: number,
): Promise<readonly StoredRecord[]> {
  const records: StoredRecord[] = [];
  for (let after = position; ; after = records.at(-1)?.position ?? after) {
    const page = await log.read({ after, limit: PAGE });
    records.push(...page);
    if (page.length === 0) return records;
  }
}

const VERBS: Readonly<Record<Direction, Verb | undefined>> = {
  domain: undefined,
  outgoing: 'published',
  incoming: 'took in',
  timer: 'timer',
};

function trackedRecord({ name, workplace }: RunningContext, stored: StoredRecord): Tracked {
  const { id, direction, source, causationId, key } = stored;
  const { type, data } = decode(workplace.vocabulary, stored);
  const what = whatText(VERBS[direction], type);
  return { context: name, what, key, data, id, direction, source, causationId };
}

/** What waits hangs under the record that it is about; a timer under the one that set it. */
function trackedRow(
  context: string,
  row: WaitingRow,
  contexts: readonly string[],
): Tracked | undefined {
  const { subscription, recordId, key, error } = row;
  if (subscription === OLD_VERSIONS) return undefined;
  if (TIMER_NAMES.includes(subscription)) return trackedTimer(context, row);
  const data = error === null ? undefined : { error: error.message };
  const what = whatText(WAITS[row.kind], subscription);
  const source = contexts.find((name) => borderSubscription(name) === subscription);
  const line = { context, what, key, data };
  // What was not taken in keeps the id under which it was published.
  if (source !== undefined)
    return { ...line, id: recordId, direction: 'incoming', source, causationId: recordId };
  return { ...line, id: nameOf(row), direction: 'domain', source: context, causationId: recordId };
}

const WAITS: Readonly<Record<WaitingKind, Verb>> = {
  parked: 'parked',
  held: 'held',
  retry: 'unfinished',
  effect: 'unfinished',
  request: 'unfinished',
  timer: 'unfinished',
};

function trackedTimer(context: string, row: WaitingRow): Tracked | undefined {
  const payload = payloadOf(row);
  // Set by nobody: it is there from the start, and comes again by itself.
  if (payload.kind === 'recurring') return undefined;
  const name = payload.kind === 'process' ? payload.timer : payload.contract;
  const { key, causationId } = payload;
  const data = { due: new Date(row.due).toISOString() };
  const what = whatText('set timer', name);
  return {
    context,
    what,
    key,
    data,
    id: row.recordId,
    direction: 'timer',
    source: context,
    causationId,
  };
}

function rowsOf(log: RunningContext['log']): Promise<readonly WaitingRow[]> {
  return log.waiting({ limit: ROWS_MAX });
}

function nameOf({ subscription, key, recordId, kind }: WaitingRow): string {
  return JSON.stringify([subscription, key, recordId, kind]);
}
