import type { Connection } from './connection.ts';
import { readMeta } from './log-file.ts';
import { head, streamVersion } from './record-queries.ts';

/** So many streams' versions are remembered. */
const STREAMS_MAX = 100_000;

/**
 * Where the log and the streams written or checked lately end. The log has one writer, and this is
 * it: what it remembers is so. Hot streams need no query; after a rollback all is forgotten.
 */
export class KnownEnds {
  readonly #versions = new Map<string, number>();
  #last: number | undefined;

  /** Gives out the next position. */
  nextPosition(connection: Connection): number {
    this.#last = (this.#last ?? lastPosition(connection)) + 1;
    return this.#last;
  }

  streamVersion(connection: Connection, stream: string): number {
    const known = this.#versions.get(stream);
    if (known !== undefined) return known;
    const version = streamVersion(connection, stream);
    this.setStreamVersion(stream, version);
    return version;
  }

  setStreamVersion(stream: string, version: number): void {
    if (this.#versions.size >= STREAMS_MAX && !this.#versions.has(stream)) this.#forgetOldest();
    this.#versions.set(stream, version);
  }

  clear(): void {
    this.#versions.clear();
    this.#last = undefined;
  }

  #forgetOldest(): void {
    let left = STREAMS_MAX / 2;
    for (const stream of this.#versions.keys()) {
      this.#versions.delete(stream);
      left -= 1;
      if (left === 0) return;
    }
  }
}

/**
 * The last position that was given out. A log keeps its last record for ever (`log_keeps_its_end`),
 * and one that was restored goes on beyond all that its neighbours have seen of it (`beyond`).
 */
export function lastPosition(connection: Connection): number {
  return Math.max(head(connection), Number(readMeta(connection, 'beyond') ?? 0));
}
