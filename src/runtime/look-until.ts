import type { Clock } from '../host/clock.ts';
import type { LogReader } from '../log/log.ts';
import { Wake } from '../subscription/wake.ts';

/** It is looked again when others have committed something; unheard of after this time, and ever later. */
const LOOK_MS = 4;
const LOOK_MS_MAX = 100;

/**
 * Looks until there is an answer, for what another process does and this one only finds out by
 * looking. Undefined when the signal aborted first; it looks once more then.
 */
export async function lookUntil<Answer>(
  look: () => Promise<Answer | undefined>,
  waiting: {
    readonly log: Pick<LogReader, 'onChange'>;
    readonly clock: Clock;
    readonly signal: AbortSignal;
  },
): Promise<Answer | undefined> {
  const { log, clock, signal } = waiting;
  const wake = new Wake();
  const ring = (): void => wake.ring();
  const stopListening = log.onChange((by) => by === 'foreign' && ring());
  signal.addEventListener('abort', ring);
  try {
    for (let lookMs = LOOK_MS; ; lookMs = Math.min(LOOK_MS_MAX, lookMs * 2)) {
      const isLast = signal.aborted;
      const answer = await look();
      if (answer !== undefined || isLast) return answer;
      const cancel = clock.after(lookMs, ring);
      if (!signal.aborted) await wake.sleep();
      cancel();
    }
  } finally {
    signal.removeEventListener('abort', ring);
    stopListening();
  }
}

/** Looks until there is an answer, at most so long, or until a signal that is given aborts. */
export async function lookForAWhile<Answer>(
  look: () => Promise<Answer | undefined>,
  waiting: {
    readonly log: Pick<LogReader, 'onChange'>;
    readonly clock: Clock;
    readonly waitMs: number;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<Answer | undefined> {
  const { log, clock, waitMs, signal: given } = waiting;
  const timeout = new AbortController();
  const cancel = clock.after(waitMs, () => timeout.abort());
  const signal = given === undefined ? timeout.signal : AbortSignal.any([given, timeout.signal]);
  try {
    return await lookUntil(look, { log, clock, signal });
  } finally {
    cancel();
  }
}
