import { stayAlive } from '../host/stay-alive.ts';

/** Runs work that goes on until somebody interrupts it. */
export type UntilInterrupted = <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/**
 * Until Ctrl-C, or whatever else aborts `also`. Only the first Ctrl-C is taken: whoever presses it
 * again wants it to end at once. Meanwhile the process stays alive, whatever the work waits for.
 */
export function untilInterrupted(also?: AbortSignal): UntilInterrupted {
  return async (work) => {
    const interrupted = new AbortController();
    const interrupt = (): void => interrupted.abort();
    const letGo = stayAlive();
    process.once('SIGINT', interrupt);
    try {
      return await work(
        also === undefined ? interrupted.signal : AbortSignal.any([interrupted.signal, also]),
      );
    } finally {
      process.off('SIGINT', interrupt);
      letGo();
    }
  };
}
