import type { Writable } from 'node:stream';

/**
 * Writes a piece of a long result, and resolves when there is room for the next one: then memory does
 * not fill up before a slow reader. False when nobody reads any more, which is no failure, and when
 * the signal aborts before there is room.
 */
export type Pour = (text: string, signal?: AbortSignal) => Promise<boolean>;

/** Pours into a stream. Somebody listens to its errors already. */
export function pourInto(stream: Writable): Pour {
  let isRead = true;
  return async (text, signal) => {
    if (!isRead || signal?.aborted === true) return false;
    const writing = written(stream, text).then((isTaken) => (isRead &&= isTaken));
    return signal === undefined ? writing : Promise.race([writing, aborted(signal, writing)]);
  };
}

/** Resolves with false when the signal aborts; it listens no longer than until `before` is over. */
function aborted(signal: AbortSignal, before: Promise<unknown>): Promise<false> {
  return new Promise((resolve) => {
    const abort = (): void => resolve(false);
    signal.addEventListener('abort', abort, { once: true });
    const forget = (): void => signal.removeEventListener('abort', abort);
    before.then(forget, forget);
  });
}

/** The callback comes once the system has taken all of it. */
function written(stream: Writable, text: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error: NodeJS.ErrnoException | null | undefined) => {
      if (error === null || error === undefined) resolve(true);
      else if (error.code === 'EPIPE') resolve(false);
      else reject(error);
    });
  });
}
