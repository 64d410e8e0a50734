import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';

/** A longer line is none that anybody has written: a message has a megabyte, however it is encoded. */
export const LINE_BYTES_MAX = 16_777_216;

/** Some lines that were read together. */
export interface ReadLines {
  readonly lines: readonly ReadLine[];
  /** How many bytes were read up to here. */
  readonly bytes: number;
}

export interface ReadLine {
  /** 1 for the first. */
  readonly number: number;
  /** Without its end; empty lines are left out. Undefined when it cannot be read. */
  readonly text: string | undefined;
  /** Why it cannot be read. */
  readonly problem?: string;
}

/**
 * Reads a stream as lines of UTF-8, piece by piece and no further ahead than one piece, so that memory
 * holds no more than that and the longest line. It ends early when the signal aborts.
 */
export async function* importLines(
  stream: Readable,
  signal: AbortSignal,
): AsyncGenerator<ReadLines> {
  const lines = new LineCutter();
  // A read that waits for somebody to type, say, ends only so.
  const end = (): void => void stream.destroy();
  signal.addEventListener('abort', end);
  try {
    let bytes = 0;
    if (signal.aborted) return;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      yield { lines: lines.cut(chunk), bytes };
    }
    yield { lines: lines.rest(), bytes };
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', end);
  }
}

const LINE_FEED = 0x0a;

/** Cuts pieces of a text into lines, wherever the pieces begin and end. */
class LineCutter {
  #number = 0;
  /** The beginning of the line that is not read to its end yet. */
  #begun: Buffer[] = [];
  #begunBytes = 0;

  cut(chunk: Buffer): ReadLine[] {
    const lines: ReadLine[] = [];
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, from)) {
      this.#begin(chunk.subarray(from, end));
      lines.push(...this.#end());
      from = end + 1;
    }
    // The piece may be used again for the next one.
    this.#begin(Buffer.from(chunk.subarray(from)));
    return lines;
  }

  /** The last line need not end in a line break. */
  rest(): ReadLine[] {
    return this.#begunBytes === 0 ? [] : this.#end();
  }

  #begin(part: Buffer): void {
    this.#begunBytes += part.length;
    if (this.#begunBytes <= LINE_BYTES_MAX) this.#begun.push(part);
    else this.#begun = [];
  }

  #end(): ReadLine[] {
    const [first] = this.#begun;
    const bytes =
      this.#begun.length === 1 && first !== undefined ? first : Buffer.concat(this.#begun);
    const isTooLong = this.#begunBytes > LINE_BYTES_MAX;
    this.#begun = [];
    this.#begunBytes = 0;
    this.#number += 1;
    return lineOf(this.#number, isTooLong ? undefined : bytes);
  }
}

function lineOf(number: number, bytes: Buffer | undefined): ReadLine[] {
  const cannot = (problem: string): ReadLine[] => [{ number, text: undefined, problem }];
  if (bytes === undefined) return cannot(`it is longer than ${LINE_BYTES_MAX} bytes`);
  // Otherwise what is no text would become question marks, and be taken in.
  if (!isUtf8(bytes)) return cannot('it is no UTF-8');
  const text = bytes.toString('utf8');
  const shown = number === 1 && text.startsWith('\uFEFF') ? text.slice(1) : text;
  return shown.trim() === '' ? [] : [{ number, text: shown }];
}
