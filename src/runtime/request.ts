import type { Imported } from '../backbone/imported.ts';
import type { LogReader } from '../log/log.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import type { ByWhom } from './by-whom.ts';
import type { EditAsked } from './edit-asked.ts';
import { PAUSES, type PauseRequest } from './pause.ts';

/** Under this name requests wait. */
export const REQUESTS = 'requests';
/** Among so many of the last operations the answer to a request is looked for: it came just now. */
const OPERATIONS_FIRST = 16;
const OPERATIONS_MAX = 1_000;
/** So many rows under the key of a request are looked at: one, but for pauses asked for at once. */
const ROWS_MAX = 1_000;

/**
 * What somebody asks of those who run a context. It is left in the context's log (see
 * `Store.leaveRequests`), and done by the process that it concerns: at once, or when one starts. What
 * became of it is an operation of the audit trail, under the request's own id.
 */
export type Request =
  | DecisionRequest
  | RebuildRequest
  | PauseRequest
  | ResumeRequest
  | TimerRequest
  | DropModelRequest
  | ImportRequest;

/** A parked record is tried again, or given up. */
export interface DecisionRequest extends ByWhom {
  readonly action: 'redrive' | 'discard';
  /** What it is to be handled with, in place of its own data; null: its own again. Default: as before. */
  readonly edited?: EditAsked | null;
  /** What handles it, and where it waits. */
  readonly subscription: string;
  readonly key: string;
  readonly recordId: string;
}

/** A read model is built anew. Taken back, it is given up. */
export interface RebuildRequest extends ByWhom {
  readonly action: 'rebuild';
  /** `name@version`. */
  readonly model: string;
}

/** A subscription that is paused goes on. */
export interface ResumeRequest extends ByWhom {
  readonly action: 'resume';
  readonly subscription: string;
}

/** A version of a read model that no running process knows is dropped. */
export interface DropModelRequest extends ByWhom {
  readonly action: 'drop-model';
  /** `name@version`. */
  readonly model: string;
}

/** A timer is to fire now, or not at all. */
export interface TimerRequest extends ByWhom {
  readonly action: 'fire-timer' | 'cancel-timer';
  /** Where it waits. */
  readonly subscription: string;
  readonly key: string;
  readonly recordId: string;
}

/** Messages that a person has brought are taken in, as if they had come over a backbone. */
export interface ImportRequest extends ByWhom {
  readonly action: 'import';
  /** Who has published them, as this context knows it. */
  readonly source: string;
  readonly count: number;
}

/** What the operation of a request says: what was asked for, and why it was not done if it was not. */
export interface RequestDetail {
  readonly request: Request;
  readonly refused?: string;
  /** What became of the messages of an import. */
  readonly imported?: Imported;
}

/**
 * The row that a request waits as. Its id is that of the operation that it will become. Requests are
 * looked at in the order of their keys: a great import stands behind whatever else is asked for. A pause
 * stands for itself, under the name of what it pauses.
 */
export function requestRow(
  request: Request,
  { id, at }: { readonly id: string; readonly at: number },
): WaitingRow {
  return {
    ...placeOf(request, id),
    recordId: id,
    kind: 'request',
    position: 0,
    slot: 0,
    due: at,
    attempts: 0,
    error: null,
    correlationId: id,
    since: at,
    payload: JSON.stringify(request),
  };
}

function placeOf(request: Request, id: string): Pick<WaitingRow, 'subscription' | 'key'> {
  if (request.action === 'pause') return { subscription: PAUSES, key: request.subscription };
  return { subscription: REQUESTS, key: request.action === 'import' ? `import ${id}` : id };
}

const ACTIONS: ReadonlySet<string> = new Set<LeftRequest['action']>([
  'redrive',
  'discard',
  'rebuild',
  'resume',
  'fire-timer',
  'cancel-timer',
  'drop-model',
  'import',
]);

/** What a row asks for; undefined when it is nothing that this version knows. */
export function requestOf({ payload }: WaitingRow): LeftRequest | undefined {
  const request = JSON.parse(payload ?? 'null') as LeftRequest | null;
  return request !== null && ACTIONS.has(request.action) ? request : undefined;
}

/** What is asked for and ends. */
export type LeftRequest = Exclude<Request, PauseRequest>;

/** What became of a request. Undefined: it still waits for somebody who runs the context. */
export type RequestAnswer = Pick<RequestDetail, 'refused' | 'imported'>;

/** Looks what became of a request. A pause stays where it is: it was taken up when that is on record. */
export async function requestAnswer(
  log: LogReader,
  { subscription, key, recordId }: WaitingRow,
): Promise<RequestAnswer | undefined> {
  const left = await log.waiting({ subscription, key, limit: ROWS_MAX });
  const isLeft = left.some((row) => row.recordId === recordId);
  if (isLeft && subscription === REQUESTS) return undefined;
  return (await answerOnRecord(log, recordId)) ?? (isLeft ? undefined : {});
}

/** What the audit trail says became of a request; undefined where it says nothing, among the latest. */
export async function answerOnRecord(
  log: LogReader,
  requestId: string,
): Promise<RequestAnswer | undefined> {
  for (const limit of [OPERATIONS_FIRST, OPERATIONS_MAX]) {
    const operations = await log.operations(limit);
    const found = operations.find(({ id }) => id === requestId);
    if (found !== undefined) return JSON.parse(found.detail) as Partial<RequestDetail>;
  }
  return undefined;
}
