import type { LogReader } from '../log/log.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import { BUSINESS_TIMERS, TIMER_NAMES, payloadOf, timerKey } from './timer-row.ts';

/** So many timers are listed when nothing else is said, those due first. */
const LISTED = 1_000;

/** At most so many are listed, and looked through for those of one process manager or key. */
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
  /** Under which name it waits, and by which key: with `id` what names it, such as to let it fire. */
  readonly waitsUnder: { readonly subscription: string; readonly key: string };
  /** The record that it will become. */
  readonly id: string;
  readonly correlationId: string;
}

/** Which timers are meant; all that is given must hold. */
export interface TimerSelection {
  /** A context's name. */
  readonly context?: string;
  /**
   * A process manager's name; with `key` only those of one process. Unless both are given, they are
   * looked for among the first 100,000.
   */
  readonly process?: string;
  readonly key?: string;
  readonly correlationId?: string;
  /** Default 1,000, at most 100,000. */
  readonly limit?: number;
}

/** Where timers are looked for: in a log, and under which names; by default all that there are. */
export interface TimersPlace {
  readonly log: Pick<LogReader, 'context' | 'waiting'>;
  readonly subscriptions?: readonly string[];
}

/** Timers that are set. `isCut`: there may be more. */
export interface PendingTimers {
  readonly timers: readonly PendingTimer[];
  readonly isCut: boolean;
}

/** The timers that are set and have not fired, the earliest first. */
export async function pendingTimers(
  places: readonly TimersPlace[],
  selection: TimerSelection,
): Promise<PendingTimers> {
  const { context, process, key, limit = LISTED } = selection;
  const rowsMax = isSearch(selection) ? SEARCHED_MAX : Math.min(limit, SEARCHED_MAX);
  // One more, so as to see whether there is one more.
  const asked = { ...questionOf(selection), limit: rowsMax + 1 };
  const lists = await Promise.all(
    places
      .filter(({ log }) => context === undefined || log.context === context)
      .flatMap(({ log, subscriptions = TIMER_NAMES }) =>
        subscriptions.map(async (subscription) => {
          const rows = await log.waiting({ ...asked, subscription });
          return rows.map((row) => pendingTimer(log.context, row));
        }),
      ),
  );
  const found = lists
    .flat()
    .filter(({ owner }) => process === undefined || owner === process)
    .filter((timer) => key === undefined || timer.key === key)
    .toSorted((a, b) => Date.parse(a.due) - Date.parse(b.due));
  const isCut = found.length > limit || lists.some((list) => list.length > rowsMax);
  return { timers: found.slice(0, Math.min(limit, SEARCHED_MAX)), isCut };
}

/** The store knows keys, and not to whom they belong. */
function isSearch({ process, key, correlationId }: TimerSelection): boolean {
  return process !== undefined || key !== undefined || correlationId !== undefined;
}

function questionOf({ process, key, correlationId }: TimerSelection) {
  const isByKey = process !== undefined && key !== undefined;
  // Few are of one action or of one key: a store finds those at once, and would look through all
  // that wait to find them in the order in which they are due.
  const isNarrow = correlationId !== undefined || isByKey;
  return {
    kinds: ['timer' as const],
    ...(isNarrow ? {} : { dueBefore: Number.MAX_SAFE_INTEGER }),
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(isByKey ? { key: timerKey(process, key) } : {}),
  };
}

function pendingTimer(context: string, row: WaitingRow): PendingTimer {
  const payload = payloadOf(row);
  const common = {
    context,
    kind: payload.kind,
    due: new Date(row.due).toISOString(),
    isBusinessTime: row.subscription === BUSINESS_TIMERS,
    waitsUnder: { subscription: row.subscription, key: row.key },
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
