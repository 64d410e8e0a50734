import type { WaitingKind, WaitingRow } from '../log/waiting-row.ts';
import { payloadOf } from '../process/timer-row.ts';
import { timerType } from '../process/timer-type.ts';
import { type CausationTree, causationTrees, place } from '../telemetry/causation-tree.ts';
import { type FoundMessage, type NotReached, notReachedHere, onTheirWay } from './not-reached.ts';
import type { Inspected, OpenLog } from './open-logs.ts';
import { type ShownRecord, shownRecord } from './shown-record.ts';

/** At most so many records of one action are read of each context. */
const RECORDS_MAX = 10_000;

/** One business action: everything that was done because of one thing, over all contexts. */
export interface ActionTrace {
  readonly correlationId: string;
  readonly recordCount: number;
  readonly contexts: readonly string[];
  /** How many rows wait, timers among them: 0 when all is done. */
  readonly waitingCount: number;
  /** How many of them are timers that are not due yet. */
  readonly timerCount: number;
  /** How often somebody is to handle a record, or take it in, and has not come to it yet. */
  readonly notReachedCount: number;
  /** From the first record to the last. */
  readonly tookMs: number;
  /** True when an action has more records than are read; the rest is missing here. */
  readonly isCut: boolean;
  readonly causes: readonly TracedCause[];
  /** What waits without a record here: a message from outside that could not be taken in. */
  readonly waiting: readonly TracedWait[];
}

/** What began it: a command from outside, or something whose record is not here. */
export interface TracedCause {
  readonly causationId: string;
  readonly caused: readonly TracedRecord[];
}

export interface TracedRecord extends ShownRecord {
  /** What is not done about it: tried again, parked, held, an effect, or a timer it has set. */
  readonly waiting: readonly TracedWait[];
  /** Who has not come to it yet. */
  readonly notReached: readonly NotReached[];
  readonly caused: readonly TracedRecord[];
}

export interface TracedWait {
  readonly context: string;
  /** With the key and the record, it names the row: what is parked is decided about by them. */
  readonly subscription: string;
  readonly key: string;
  readonly recordId: string;
  readonly kind: WaitingKind;
  /** When it began to wait. */
  readonly since: string;
  /** From when on it is tried, or comes due; of what is parked or held, nothing. */
  readonly due: string | null;
  readonly attempts: number;
  readonly error: string | null;
  /** For a timer: what it becomes, and when. */
  readonly timer: { readonly type: string; readonly due: string } | null;
}

/** Reads what belongs to an action in all logs, and puts each record under what caused it. */
export async function traceAction(
  config: Inspected,
  logs: readonly OpenLog[],
  correlationId: string,
): Promise<ActionTrace> {
  const records: ShownRecord[] = [];
  const messages: Published[] = [];
  const notReached = new Map<string, NotReached[]>();
  const waits = new Map<string, TracedWait[]>();
  let isCut = false;
  for (const open of logs) {
    const { name, log, vocabulary } = open;
    const found = await log.recordsOfAction(correlationId, RECORDS_MAX);
    isCut ||= found.length === RECORDS_MAX;
    records.push(...found.map((stored) => shownRecord(vocabulary, stored)));
    // Before the rows: what fails meanwhile has its row by the time that rows are asked for.
    const checkpoints = await log.checkpoints();
    for (const record of found) {
      notReached.set(place(name, record.id), notReachedHere(open, record, checkpoints));
      if (record.direction === 'outgoing') messages.push({ publisher: open, record });
    }
    for (const row of await log.waiting({ correlationId, limit: RECORDS_MAX })) {
      const { of, wait } = tracedWait(name, row);
      waits.set(of, [...(waits.get(of) ?? []), wait]);
    }
  }
  // By time, as contexts do not know each other's positions; those of one context stay in order.
  records.sort((a, b) => Date.parse(a.recordedAt) - Date.parse(b.recordedAt));
  for (const [id, found] of await onTheirWay(config, logs, withTakers(messages, records)))
    for (const { publisher } of messages.filter(({ record }) => record.id === id))
      notReached.get(place(publisher.name, id))?.push(...found);
  for (const [id, rows] of waits)
    for (const wait of rows) withoutRow(notReached, place(wait.context, id), wait);
  const allWaits = [...waits.values()].flat();
  const ids = new Set(records.map((record) => record.id));
  const times = records.map((record) => Date.parse(record.recordedAt));
  return {
    correlationId,
    recordCount: records.length,
    contexts: [...new Set(records.map((record) => record.context))],
    waitingCount: allWaits.length,
    timerCount: allWaits.filter(({ timer }) => timer !== null).length,
    notReachedCount: [...notReached.values()].flat().length,
    tookMs: times.length === 0 ? 0 : Math.max(...times) - Math.min(...times),
    isCut,
    causes: causesOf(records, waits, notReached),
    waiting: [...waits].flatMap(([id, rows]) => (ids.has(id) ? [] : rows)),
  };
}

type Published = Omit<FoundMessage, 'takenInBy'>;

function withTakers(
  messages: readonly Published[],
  records: readonly ShownRecord[],
): FoundMessage[] {
  const taken = records.filter(({ direction }) => direction === 'incoming');
  const takers = Map.groupBy(taken, ({ id }) => id);
  return messages.map((each) => {
    const takenInBy = new Set(takers.get(each.record.id)?.map(({ context }) => context));
    return { ...each, takenInBy };
  });
}

/** Whoever has a row for it has come to it. */
function withoutRow(
  notReached: Map<string, NotReached[]>,
  of: string,
  { subscription }: TracedWait,
): void {
  const left = notReached.get(of)?.filter((each) => each.subscription !== subscription);
  if (left !== undefined) notReached.set(of, left);
}

/** A timer belongs to what set it; anything else to the record that is not done. */
function tracedWait(context: string, row: WaitingRow): { of: string; wait: TracedWait } {
  const { subscription, key, recordId, kind, attempts, error } = row;
  const timer = kind === 'timer' ? setTimer(row) : null;
  const since = new Date(row.since).toISOString();
  const due = kind === 'parked' || kind === 'held' ? null : new Date(row.due).toISOString();
  const named = { context, subscription, key, recordId, kind, since, due };
  const wait = { ...named, attempts, error: error?.message ?? null, timer: timer?.shown ?? null };
  return { of: timer?.causationId ?? recordId, wait };
}

function setTimer(row: WaitingRow) {
  const payload = payloadOf(row);
  const due = new Date(row.due).toISOString();
  switch (payload.kind) {
    case 'process': {
      const type = timerType(payload.process, payload.timer);
      return { causationId: payload.causationId, shown: { type, due } };
    }
    case 'message':
      return { causationId: payload.causationId, shown: { type: payload.contract, due } };
    case 'recurring':
      return { causationId: row.recordId, shown: { type: payload.name, due } };
  }
}

function causesOf(
  records: readonly ShownRecord[],
  waits: ReadonlyMap<string, readonly TracedWait[]>,
  notReached: ReadonlyMap<string, readonly NotReached[]>,
): TracedCause[] {
  const places = new Set(records.map(({ context, id }) => place(context, id)));
  const traced = ({ record, caused }: CausationTree<ShownRecord>): TracedRecord => ({
    ...record,
    waiting: (waits.get(record.id) ?? []).filter(
      // A message that was not taken in waits elsewhere, under the record that published it.
      (wait) => wait.context === record.context || !places.has(place(wait.context, record.id)),
    ),
    notReached: notReached.get(place(record.context, record.id)) ?? [],
    caused: caused.map(traced),
  });
  const first = Map.groupBy(causationTrees(records), ({ record }) => record.causationId);
  return [...first].map(([causationId, begun]) => ({ causationId, caused: begun.map(traced) }));
}
