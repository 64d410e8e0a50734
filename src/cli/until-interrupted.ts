import { stayAlive } from '../host/stay-alive.ts';

/**
 * Does work that Ctrl-C ends, by the signal that it is given, so that it can leave things in order and
 * say how far it came. Only the first one is taken: whoever presses it again wants it to end at once.
 * Work that other signals of the system end in the same way says which.
 * Meanwhile the process stays alive, whatever the work waits for.
 */
export async function untilInterrupted<T>(
  work: (signal: AbortSignal) => Promise<T>,
  by: readonly NodeJS.Signals[] = ['SIGINT'],
): Promise<T> {
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort();
  const letGo = stayAlive();
  for (const signal of by) process.once(signal, interrupt);
  try {
    return await work(interrupted.signal);
  } finally {
    for (const signal of by) process.off(signal, interrupt);
    letGo();
  }
}
