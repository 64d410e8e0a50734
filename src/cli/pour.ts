import type { Writable } from 'node:stream';

/**
 * Writes a piece of a long result, and resolves when there is room for the next one: then memory does
 * not fill up before a slow reader. False when nobody reads any more, which is no failure.
 */
export type Pour = (text: string) => Promise<boolean>;

/** Pours into a stream. Somebody listens to its errors already. */
export function pourInto(stream: Writable): Pour {
  let isRead = true;
  return async (text) => {
    if (isRead) isRead = await written(stream, text);
    return isRead;
  };
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
