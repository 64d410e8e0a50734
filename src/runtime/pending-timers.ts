import type { WaitingRow } from '../log/waiting-row.ts';
import { BUSINESS_TIMERS, TIMER_NAMES, payloadOf, timerKey } from '../process/timer-row.ts';
import type { RunningContext } from './running-context.ts';

/** So many timers are listed when nothing else is said, those due first. */
const LISTED_MAX = 1_000;

/** So many are looked through for those of one process manager. */
const SEARCHED_MAX = 100_000;

/**
 * A timer that is set and has not fired.
 *
 * @example
 * const line = ({ owner, name, key, due }: PendingTimer) => `${due} ${owner}/${name} of ${key}`;
 */
export interface PendingTimer {
  readonly context: string;
  /** `process`: a process manager's. `message`: a scheduled one. `recurring`: a time that recurs. */
  readonly kind: 'process' | 'message' | 'recurring';
  /** The process manager, the contract, or the name of what recurs. */
  readonly owner: string;
  /** The timer's name; of a message and of what recurs the owner's. */
  readonly name: string;
  /** Of the process, or of the message. */
  readonly key: string;
  /** ISO 8601, UTC. */
  readonly due: string;
  /** Whether it is measured by business time. */
  readonly isBusinessTime: boolean;
  /** The record that it will become. */
  readonly id: string;
  readonly correlationId: string;
}

/** Which timers are meant; all that is given must hold. */
export interface TimerSelection {
  /** A context's name. */
  readonly context?: string;
  /**
   * A process manager's name; with `key` only those of one process. Without a key they are looked
   * for among the first 100,000.
   */
  readonly process?: string;
  readonly key?: string;
  readonly correlationId?: string;
  /** Default 1,000. */
  readonly limit?: number;
}

/** The timers that are set, the earliest first. */
export async function listTimers(
  contexts: readonly RunningContext[],
  selection: TimerSelection,
): Promise<readonly PendingTimer[]> {
  const { context, process, key, correlationId, limit = LISTED_MAX } = selection;
  const isByKey = process !== undefined && key !== undefined;
  const chosen = contexts.filter(({ name }) => context === undefined || name === context);
  // Few are of one action or of one key: a store finds those at once, and would look through all
  // that wait to find them in the order in which they are due.
  const isNarrow = correlationId !== undefined || isByKey;
  const asked = {
    kinds: ['timer' as const],
    ...(isNarrow ? {} : { dueBefore: Number.MAX_SAFE_INTEGER }),
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(isByKey ? { key: timerKey(process, key) } : {}),
    // The store knows keys, and not to whom they belong.
    limit: process === undefined && !isNarrow ? limit : SEARCHED_MAX,
  };
  const lists = await Promise.all(
    chosen.flatMap(({ name, log, timers }) =>
      (timers?.waiting ?? TIMER_NAMES).map(async (subscription) => {
        const rows = await log.waiting({ ...asked, subscription });
        return rows.map((row) => pendingTimer(name, row));
      }),
    ),
  );
  return lists
    .flat()
    .filter(({ owner }) => process === undefined || owner === process)
    .toSorted((a, b) => Date.parse(a.due) - Date.parse(b.due))
    .slice(0, limit);
}

function pendingTimer(context: string, row: WaitingRow): PendingTimer {
  const payload = payloadOf(row);
  const common = {
    context,
    kind: payload.kind,
    due: new Date(row.due).toISOString(),
    isBusinessTime: row.subscription === BUSINESS_TIMERS,
    id: row.recordId,
    correlationId: row.correlationId,
  };
  switch (payload.kind) {
    case 'process':
      return { ...common, owner: payload.process, name: payload.timer, key: payload.key };
    case 'message':
      return { ...common, owner: payload.contract, name: payload.contract, key: payload.key };
    case 'recurring':
      return { ...common, owner: payload.name, name: payload.name, key: payload.name };
  }
}
