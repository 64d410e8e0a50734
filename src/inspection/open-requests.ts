import { REQUESTS, type Request, requestOf } from '../runtime/request.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import type { OpenLog } from './open-logs.ts';

/** At most so many of each context are told of. */
const TOLD_MAX = 100;

/** What was asked of those who run some contexts, and is not done yet; the latest first. */
export interface OpenRequests {
  readonly requests: readonly OpenRequest[];
  /** There may be more. */
  readonly isCut: boolean;
}

/** A request that waits to be taken up, or is under way. */
export interface OpenRequest {
  readonly context: string;
  readonly id: string;
  readonly action: Request['action'];
  readonly who: string;
  readonly why: string;
  readonly since: string;
  /** What it is about: a subscription, a read model, who has published. */
  readonly about: string;
  /** Of a parked record. */
  readonly key: string | null;
}

/** The requests that wait in some logs. One of an action that this version does not know is left out. */
export async function openRequests(logs: readonly OpenLog[]): Promise<OpenRequests> {
  const found = await Promise.all(logs.map(requestsIn));
  const requests = found.flatMap((part) => part.requests);
  return {
    requests: requests.toSorted((a, b) => Date.parse(b.since) - Date.parse(a.since)),
    isCut: found.some(({ isCut }) => isCut),
  };
}

async function requestsIn({ name, log }: OpenLog): Promise<OpenRequests> {
  const rows = await log.waiting({ subscription: REQUESTS, limit: TOLD_MAX });
  return {
    requests: rows.flatMap((row) => openRequest(name, row)),
    isCut: rows.length === TOLD_MAX,
  };
}

function openRequest(context: string, row: WaitingRow): readonly OpenRequest[] {
  const request = requestOf(row);
  if (request === undefined) return [];
  const { action, who, why } = request;
  const since = new Date(row.since).toISOString();
  const key = 'key' in request ? request.key : null;
  return [{ context, id: row.recordId, action, who, why, since, about: aboutOf(request), key }];
}

function aboutOf(request: Request): string {
  switch (request.action) {
    case 'redrive':
    case 'discard':
    case 'pause':
    case 'resume':
    case 'fire-timer':
    case 'cancel-timer':
      return request.subscription;
    case 'rebuild':
    case 'drop-model':
      return request.model;
    case 'import':
      return request.source;
  }
}
