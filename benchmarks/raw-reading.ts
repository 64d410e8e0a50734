import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { COLUMNS } from './raw-log.ts';

/**
 * Reads by hand what a log answers with: all columns of each record, as rows that are arrays,
 * which is the fastest that `node:sqlite` has.
 */
export class RawReader {
  readonly #database: DatabaseSync;

  constructor(path: string) {
    this.#database = new DatabaseSync(path, { readOnly: true });
  }

  /** All records of the log, in pages; returns how many. */
  countLog(page: number): number {
    let count = 0;
    for (const rows of this.pages(page)) count += rows.length;
    return count;
  }

  /** The rows of the log, so many at a time. */
  *pages(page: number): Generator<readonly (readonly unknown[])[]> {
    const select = this.#prepare('position > ? order by position limit ?');
    for (let after = 0; ;) {
      const rows = select.all(after, page) as unknown as number[][];
      yield rows;
      if (rows.length < page) return;
      after = rows.at(-1)?.[0] as number;
    }
  }

  /** All records of a stream in one go; returns how many. */
  countStream(stream: string): number {
    return this.#prepare('stream = ? order by version').all(stream).length;
  }

  close(): void {
    this.#database.close();
  }

  #prepare(rest: string): StatementSync {
    const sql = `select position, ${COLUMNS} from log where ${rest}`;
    const statement = this.#database.prepare(sql);
    statement.setReturnArrays(true);
    return statement;
  }
}
