/**
 * Does work that Ctrl-C ends early, by the signal that it is given, so that it can leave things in
 * order and say how far it came.
 */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupted = new AbortController();
  // Only once: whoever presses it again wants it to end at once.
  const interrupt = (): void => interrupted.abort();
  process.once('SIGINT', interrupt);
  try {
    return await work(interrupted.signal);
  } finally {
    process.off('SIGINT', interrupt);
  }
}
