import type { Connection } from './connection.ts';
import { streamVersion } from './record-queries.ts';

/** So many streams' versions are remembered. */
const STREAMS_MAX = 100_000;

/**
 * The versions of the streams written or checked lately. Their log has one writer, and this is it:
 * what it remembers is so. Hot streams need no query; after a rollback all is forgotten.
 */
export class StreamVersions {
  readonly #versions = new Map<string, number>();

  get(connection: Connection, stream: string): number {
    const known = this.#versions.get(stream);
    if (known !== undefined) return known;
    const version = streamVersion(connection, stream);
    this.set(stream, version);
    return version;
  }

  set(stream: string, version: number): void {
    if (this.#versions.size >= STREAMS_MAX && !this.#versions.has(stream)) this.#forgetOldest();
    this.#versions.set(stream, version);
  }

  clear(): void {
    this.#versions.clear();
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
