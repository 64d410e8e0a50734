import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';

/**
 * The user's own tables beside a log: a database of `node:sqlite` that lives in memory, made when
 * it is first asked for. It outlives the connections of those who own the log.
 */
export class MemoryTables {
  readonly #location = `file:/${randomUUID()}?vfs=memdb`;
  /** Held open, because the database is gone with its last connection. */
  readonly #kept: DatabaseSync[] = [];

  /** A connection of one's own: whoever loses it loses what it did not commit. */
  connect(): DatabaseSync {
    if (this.#kept.length === 0) this.#kept.push(open(this.#location));
    return open(this.#location);
  }
}

// Not imported on top: Node 22 warns of it, and most who use the memory store never need it.
function open(location: string): DatabaseSync {
  const sqlite = process.getBuiltinModule('node:sqlite');
  return new sqlite.DatabaseSync(location);
}
