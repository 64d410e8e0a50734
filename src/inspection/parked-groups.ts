import type { WaitingRow } from '../log/waiting-row.ts';
import { type OpenLog, assertSomeLog } from './open-logs.ts';

/** At most so many parked, and so many held rows are looked at in each context. */
const ROWS_MAX = 20_000;

/** What was parked in one subscription with one kind of error. */
export interface ParkedGroup {
  readonly context: string;
  readonly subscription: string;
  readonly error: string;
  readonly errorCode: string | null;
  /** Of the first one. */
  readonly message: string;
  readonly parked: readonly ParkedRecord[];
  /** How many records wait behind them. */
  readonly heldBehind: number;
}

export interface ParkedRecord {
  readonly recordId: string;
  readonly key: string;
  readonly attempts: number;
  readonly since: string;
  readonly correlationId: string;
  readonly heldBehind: number;
}

/** What is parked, by context, subscription and error. `isCut`: there is more. */
export interface Parked {
  readonly groups: readonly ParkedGroup[];
  readonly isCut: boolean;
}

/**
 * What is parked in some logs.
 *
 * @throws {QuestionError} when there is no log at all.
 */
export async function parkedIn(logs: readonly OpenLog[], storeName: string): Promise<Parked> {
  const found = await Promise.all(logs.map(parkedGroups));
  const groups = found.flatMap((part) => part.groups);
  // Whoever watches for what is parked must not be told that all is well.
  if (groups.length === 0) assertSomeLog(logs, storeName);
  return { groups, isCut: found.some((part) => part.isCut) };
}

async function parkedGroups({ name, log }: OpenLog): Promise<Parked> {
  const parked = await log.waiting({ kinds: ['parked'], limit: ROWS_MAX });
  const held = parked.length === 0 ? [] : await log.waiting({ kinds: ['held'], limit: ROWS_MAX });
  const heldByLane = Map.groupBy(held, laneOf);
  const groups = Map.groupBy(parked, ({ subscription, error }) =>
    JSON.stringify([subscription, error?.name, error?.code]),
  );
  return {
    groups: [...groups.values()].map((rows) => groupOf(name, rows, heldByLane)),
    isCut: parked.length === ROWS_MAX || held.length === ROWS_MAX,
  };
}

function groupOf(
  context: string,
  rows: readonly WaitingRow[],
  heldByLane: ReadonlyMap<string, readonly WaitingRow[]>,
): ParkedGroup {
  const first = rows[0] as WaitingRow;
  const parked = rows.map((row) => ({
    recordId: row.recordId,
    key: row.key,
    attempts: row.attempts,
    since: new Date(row.since).toISOString(),
    correlationId: row.correlationId,
    heldBehind: heldByLane.get(laneOf(row))?.length ?? 0,
  }));
  return {
    context,
    subscription: first.subscription,
    error: first.error?.name ?? 'unknown',
    errorCode: first.error?.code ?? null,
    message: first.error?.message ?? '',
    parked,
    // Several of one key may be parked; what is held behind them is held once.
    heldBehind: [...new Set(rows.map(laneOf))]
      .map((lane) => heldByLane.get(lane)?.length ?? 0)
      .reduce((sum, count) => sum + count, 0),
  };
}

function laneOf({ subscription, key }: WaitingRow): string {
  return JSON.stringify([subscription, key]);
}
