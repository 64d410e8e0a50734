import type {
  ActionTrace,
  TracedRecord,
  TracedWait,
} from '../../../../src/inspection/action-trace.ts';
import type { NotReached } from '../../../../src/inspection/not-reached.ts';
import { spanText } from '../../parts/times.tsx';

/** How much something that is not done matters: `calm` is what goes on by itself. */
export type Tone = 'calm' | 'attention' | 'bad';

interface Placed {
  /** Unique in its action, and the same each time. */
  readonly id: string;
  readonly depth: number;
  readonly parentId: string | null;
  readonly isParent: boolean;
  readonly isOpen: boolean;
}

export interface RecordRow extends Placed {
  readonly kind: 'record';
  readonly record: TracedRecord;
  readonly at: number;
  /** When its cause was recorded; undefined for what began it. */
  readonly from: number | undefined;
  /** How long that was, and what it was waiting for. */
  readonly wait: { readonly text: string; readonly about: string } | undefined;
}

export interface WaitRow extends Placed {
  readonly kind: 'wait';
  readonly wait: TracedWait;
  /** The record it is about; undefined for a message that could not be taken in. */
  readonly record: TracedRecord | undefined;
  readonly from: number;
  readonly tone: Tone;
}

/** Somebody is to handle a record, or take it in, and has not come to it yet. */
export interface NotReachedRow extends Placed {
  readonly kind: 'not-reached';
  readonly reader: NotReached;
  readonly record: TracedRecord;
  readonly from: number;
  readonly tone: Tone;
}

/** What began a part of an action: drawn when it was begun more than once. */
export interface CauseRow extends Placed {
  readonly kind: 'cause';
  readonly causationId: string;
}

export type TraceRow = RecordRow | WaitRow | NotReachedRow | CauseRow;

/** An action row by row, as its causation tree goes, without what is under a row that is closed. */
export function traceRows(action: ActionTrace, closed: ReadonlySet<string>): TraceRow[] {
  const rows: TraceRow[] = [];
  const isCauseShown = action.causes.length > 1;
  for (const { causationId, caused } of action.causes) {
    const id = `cause ${causationId}`;
    const isOpen = !closed.has(id);
    if (isCauseShown)
      rows.push({
        kind: 'cause',
        id,
        depth: 0,
        parentId: null,
        isParent: true,
        isOpen,
        causationId,
      });
    if (isCauseShown && !isOpen) continue;
    const place = isCauseShown ? { depth: 1, parentId: id } : { depth: 0, parentId: null };
    for (const record of caused) add(rows, closed, { record, cause: undefined, ...place });
  }
  for (const wait of action.waiting)
    rows.push(waitRow(wait, { depth: 0, parentId: null, record: undefined }));
  return rows;
}

/** A record in a log: a message has the same id in each log that it was taken into. */
export function placeOf({
  context,
  id,
}: {
  readonly context: string;
  readonly id: string;
}): string {
  return `${context} ${id}`;
}

function add(
  rows: TraceRow[],
  closed: ReadonlySet<string>,
  {
    record,
    cause,
    depth,
    parentId,
  }: {
    readonly record: TracedRecord;
    readonly cause: TracedRecord | undefined;
    readonly depth: number;
    readonly parentId: string | null;
  },
): void {
  const id = placeOf(record);
  const { waiting, notReached, caused } = record;
  const at = Date.parse(record.recordedAt);
  const from = cause && Math.min(at, Date.parse(cause.recordedAt));
  const wait =
    from === undefined || cause === undefined ? undefined : waited(record, cause, at - from);
  const isParent = waiting.length + notReached.length + caused.length > 0;
  const isOpen = !closed.has(id);
  rows.push({ kind: 'record', id, depth, parentId, isParent, isOpen, record, at, from, wait });
  if (!isOpen) return;
  for (const each of waiting) rows.push(waitRow(each, { depth: depth + 1, parentId: id, record }));
  for (const reader of notReached)
    rows.push(notReachedRow(reader, { depth: depth + 1, parentId: id, record }));
  for (const next of caused)
    add(rows, closed, { record: next, cause: record, depth: depth + 1, parentId: id });
}

function waitRow(
  wait: TracedWait,
  about: { depth: number; parentId: string | null; record: TracedRecord | undefined },
): WaitRow {
  const { context, subscription, key, recordId } = wait;
  const id = `wait ${context} ${subscription} ${key} ${recordId}`;
  const from = Date.parse(about.record?.recordedAt ?? wait.since);
  return {
    kind: 'wait',
    id,
    isParent: false,
    isOpen: false,
    wait,
    from,
    tone: toneOf(wait),
    ...about,
  };
}

function notReachedRow(
  reader: NotReached,
  about: { depth: number; parentId: string; record: TracedRecord },
): NotReachedRow {
  const { context, subscription, kind } = reader;
  const id = `not reached ${context} ${subscription} ${placeOf(about.record)}`;
  const from = Date.parse(about.record.recordedAt);
  // Whoever reads a model that is behind waits for it, if they care; nothing else does.
  const tone = kind === 'read-model' ? 'calm' : 'attention';
  return { kind: 'not-reached', id, isParent: false, isOpen: false, reader, from, tone, ...about };
}

export function toneOf({ kind, attempts, error }: TracedWait): Tone {
  if (kind === 'parked') return 'bad';
  if (kind === 'held') return 'attention';
  return kind !== 'timer' && (attempts > 0 || error !== null) ? 'attention' : 'calm';
}

function waited({ direction }: TracedRecord, cause: TracedRecord, ms: number): RecordRow['wait'] {
  const span = spanText(ms);
  if (direction === 'incoming')
    return {
      text: `${span} on its way`,
      about: `On its way: outbox of ${cause.context}, backbone and inbox, ${span}`,
    };
  if (direction === 'timer')
    return { text: `due after ${span}`, about: `A timer was set, and came due after ${span}` };
  if (ms === 0) return undefined;
  if (direction === 'outgoing')
    return {
      text: `published after ${span}`,
      about: `Published ${span} after its cause was recorded`,
    };
  return {
    text: `handled after ${span}`,
    about: `Handled ${span} after what caused it was recorded`,
  };
}

/** What is said of whoever has not come to a record. */
export function notReachedText({ kind }: NotReached): string {
  if (kind === 'relay') return 'has not handed it over: it is in the outbox';
  return kind === 'intake' ? 'has not taken it in yet' : 'has not come to it yet';
}

/** What is said of a wait, in few words. */
export function waitText({ kind, attempts, error, timer }: TracedWait): string {
  const tried = attempts === 0 ? '' : `, tried ${attempts === 1 ? 'once' : `${attempts} times`}`;
  switch (kind) {
    case 'retry':
      if (attempts > 0) return `retrying${tried}`;
      // It answered notYet.
      return error === null ? 'being handled' : 'waits for what is not there yet';
    case 'parked':
      return `parked${tried}`;
    case 'held':
      return 'held behind another record of its key';
    case 'effect':
      return attempts === 0 ? 'effect under way' : `effect, retrying${tried}`;
    case 'timer':
      return `timer ${timer?.type ?? ''}`;
    case 'request':
      return 'asked for by an operator';
  }
}
