import type { Imported } from '../backbone/imported.ts';
import type { LogReader } from '../log/log.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import type { ByWhom } from './by-whom.ts';

/** Under this name requests wait. */
export const REQUESTS = 'requests';
/** Among so many of the last operations the answer to a request is looked for: it came just now. */
const OPERATIONS_FIRST = 16;
const OPERATIONS_MAX = 1_000;

/**
 * What somebody asks of those who run a context. It is left in the context's log (see
 * `Store.leaveRequests`), and done by the process that it concerns: at once, or when one starts. What
 * became of it is an operation of the audit trail, under the request's own id.
 */
export type Request = DecisionRequest | RebuildRequest | ImportRequest;

/** A parked record is tried again, or given up. */
export interface DecisionRequest extends ByWhom {
  readonly action: 'redrive' | 'discard';
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
 * looked at in the order of their keys: a great import stands behind whatever else is asked for.
 */
export function requestRow(
  request: Request,
  { id, at }: { readonly id: string; readonly at: number },
): WaitingRow {
  return {
    subscription: REQUESTS,
    key: request.action === 'import' ? `import ${id}` : id,
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

const ACTIONS: ReadonlySet<string> = new Set(['redrive', 'discard', 'rebuild', 'import']);

/** What a row asks for; undefined when it is nothing that this version knows. */
export function requestOf({ payload }: WaitingRow): Request | undefined {
  const request = JSON.parse(payload ?? 'null') as Request | null;
  return request !== null && ACTIONS.has(request.action) ? request : undefined;
}

/** What became of a request. Undefined: it still waits for somebody who runs the context. */
export type RequestAnswer = Pick<RequestDetail, 'refused' | 'imported'>;

/** Looks what became of a request. */
export async function requestAnswer(
  log: LogReader,
  { key, recordId }: WaitingRow,
): Promise<RequestAnswer | undefined> {
  const left = await log.waiting({ subscription: REQUESTS, key, limit: 1 });
  if (left.length > 0) return undefined;
  for (const limit of [OPERATIONS_FIRST, OPERATIONS_MAX]) {
    const operations = await log.operations(limit);
    const found = operations.find(({ id }) => id === recordId);
    if (found !== undefined) return JSON.parse(found.detail) as Partial<RequestDetail>;
  }
  return {};
}
