import { stayAlive } from '../host/stay-alive.ts';

/**
 * Does work that Ctrl-C ends, by the signal that it is given, so that it can leave things in order and
 * say how far it came. Only the first one is taken: whoever presses it again wants it to end at once.
 * Meanwhile the process stays alive, whatever the work waits for.
 */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort();
  const letGo = stayAlive();
  process.once('SIGINT', interrupt);
  try {
    return await work(interrupted.signal);
  } finally {
    process.off('SIGINT', interrupt);
    letGo();
  }
}
