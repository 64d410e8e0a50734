import type { BusinessTime } from '../process/time-source.ts';
import type { RunningContext } from './running-context.ts';

/**
 * Moves business time on to `time`, from timer to timer: what one causes has settled before the
 * next one fires, in whichever context it is, as it would have been at the time.
 *
 * @throws {BusinessTimeElsewhereError} when another process has timers by business time.
 */
export async function reachBusinessTime(
  contexts: readonly RunningContext[],
  businessTime: BusinessTime,
  time: number,
  settled: () => Promise<unknown>,
): Promise<void> {
  const { followed } = businessTime;
  for (;;) {
    await settled();
    assertTimersAreHere(contexts);
    // It goes with the clock meanwhile, and must not be left standing still.
    if (businessTime.followed !== followed) return;
    const next = nextDue(contexts);
    if (next === undefined || next > time) break;
    businessTime.reach(next);
  }
  businessTime.reach(time);
}

/** Each process has a business time of its own: those that another one has would not hear of this. */
function assertTimersAreHere(contexts: readonly RunningContext[]): void {
  for (const { name, context, timers } of contexts)
    if (timers === undefined && context.processes.some(({ time }) => time === 'business'))
      throw new BusinessTimeElsewhereError(name);
}

function nextDue(contexts: readonly RunningContext[]): number | undefined {
  const dues = contexts.flatMap(({ timers }) => timers?.byBusinessTime.nextDue ?? []);
  return dues.length === 0 ? undefined : Math.min(...dues);
}

/** Another process that runs a context has its timers, and its own business time: none would fire. */
export class BusinessTimeElsewhereError extends Error {
  override readonly name = 'BusinessTimeElsewhereError';
  readonly code = 'business-time-elsewhere';
  readonly retryable = false;
  readonly context: string;

  constructor(context: string) {
    super(
      `The timers of "${context}" are in the hands of another process, which has a business time of ` +
        `its own. Do again what happened long ago in one process, and start the others after it.`,
    );
    this.context = context;
  }
}
