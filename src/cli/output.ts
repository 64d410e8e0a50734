import type { Writable } from 'node:stream';

/** Where results are written to: it may be slow, and whoever reads it may go away. */
export interface Output {
  readonly write: (text: string) => void;
  /** Resolves when it takes more, or when `signal` aborts: what does not end waits for it. */
  readonly drained: (signal: AbortSignal) => Promise<void>;
  /** Aborts when nobody reads it any more. */
  readonly closed: AbortSignal;
}

/** Writes to a stream. A reader that has seen enough (`thereupon trace … | head`) is no failure. */
export function outputTo(stream: Writable): Output {
  const closed = new AbortController();
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    closed.abort();
  });
  return {
    write: (text) => void stream.write(text),
    closed: closed.signal,
    drained: (signal) =>
      new Promise((resolve) => {
        if (!stream.writableNeedDrain || signal.aborted) return resolve();
        const done = (): void => {
          stream.off('drain', done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        stream.once('drain', done);
        signal.addEventListener('abort', done, { once: true });
      }),
  };
}
