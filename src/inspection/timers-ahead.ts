import {
  type PendingTimer,
  type TimerSelection,
  pendingTimers,
} from '../process/pending-timers.ts';
import { recurrencesOf } from '../context/bounded-context.ts';
import { nameText } from '../telemetry/safe-text.ts';
import { type OpenLog, assertSomeLog } from './open-logs.ts';
import { QuestionError } from './question-error.ts';

/** A timer that is set, as seen at a moment. */
export interface TimerAhead extends PendingTimer {
  /** How long until it is due, negative when that was before; null by business time. */
  readonly dueInMs: number | null;
  /** It should have fired: its application is down, or behind. Never by business time. */
  readonly isOverdue: boolean;
}

/** The timers that are set, the earliest first. */
export interface TimersAhead {
  readonly timers: readonly TimerAhead[];
  /** There may be more. */
  readonly isCut: boolean;
}

/**
 * The timers that are set in some logs, as seen at `now`. Those by business time wait for a time
 * that is said by the application, so nothing is known of how long that takes.
 *
 * @throws {QuestionError} when a process is named that there is not, or there is no log at all.
 */
export async function timersAhead(
  logs: readonly OpenLog[],
  selection: TimerSelection,
  { now, storeName }: { readonly now: number; readonly storeName: string },
): Promise<TimersAhead> {
  const { timers, isCut } = await pendingTimers(logs, selection);
  if (timers.length === 0) assertSomeLog(logs, storeName);
  if (timers.length === 0 && selection.process !== undefined) assertOwner(logs, selection.process);
  return { timers: timers.map((timer) => timerAhead(timer, now)), isCut };
}

function timerAhead(timer: PendingTimer, now: number): TimerAhead {
  const dueInMs = timer.isBusinessTime ? null : Date.parse(timer.due) - now;
  return { ...timer, dueInMs, isOverdue: dueInMs !== null && dueInMs < 0 };
}

/** A name that is misspelt must not look as if all of its timers had fired. */
function assertOwner(logs: readonly OpenLog[], owner: string): void {
  const owners = logs.flatMap(({ context, vocabulary }) => [
    ...context.processes.map(({ name }) => name),
    ...recurrencesOf(context).map(({ name }) => name),
    ...vocabulary.contracts.keys(),
  ]);
  if (owners.includes(owner)) return;
  const processes = logs.flatMap(({ context }) => context.processes.map(({ name }) => name));
  throw new QuestionError(
    'nothing-found',
    `There is no process ${JSON.stringify(owner)}, and no timer of one. The processes are: ` +
      `${processes.map(nameText).join(', ') || 'none'}.`,
  );
}
