/**
 * The rows that a process and its timer are made of, changed by hand on bare `node:sqlite`: a
 * document and a waiting row that come, that go, and a record in the place of the row.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { WaitingRow } from '../src/log/waiting-row.ts';
import { waitingTimer } from './fill-timers.ts';
import { openRawLog, prepareInsert } from './raw-log.ts';

/** As many as a subscription handles before it commits. */
const ROWS_IN_TRANSACTION = 256;

export class RawTimers {
  readonly #database: DatabaseSync;

  constructor(path: string, pending: number) {
    this.#database = openRawLog(path);
    this.#database.exec('create table processes (key text primary key, text text not null) strict');
    const wait = this.#waiting();
    this.#inTransactions(pending, 1_000, (index) => wait(waitingTimer(index, Date.now())));
  }

  /** How many of each are done in a second. */
  measure(count: number): { rawSet: number; rawCancel: number; rawFire: number } {
    const rows = Array.from({ length: 2 * count }, (_, index) => waitingTimer(-1 - index, 0));
    const wait = this.#waiting();
    const write = this.#database.prepare('insert into processes values (?, ?)');
    const forget = this.#database.prepare('delete from processes where key = ?');
    const done = this.#database.prepare(
      'delete from waiting where subscription = ? and key = ? and record_id = ?',
    );
    const append = prepareInsert(this.#database);
    const set = (row: WaitingRow): void => {
      wait(row);
      write.run(row.key, JSON.stringify({ timers: { PatienceEnded: { id: row.recordId } } }));
    };
    const end = (row: WaitingRow): void => {
      done.run(row.subscription, row.key, row.recordId);
      forget.run(row.key);
    };
    const fire = (row: WaitingRow): void => {
      append.run(...recordOf(row));
      end(row);
    };
    const rate = (from: number, work: (row: WaitingRow) => void): number => {
      const begin = performance.now();
      const one = (index: number): void => work(rows[from + index] as WaitingRow);
      this.#inTransactions(count, ROWS_IN_TRANSACTION, one);
      return (count * 1_000) / (performance.now() - begin);
    };
    const rawSet = rate(0, set);
    const rawCancel = rate(0, end);
    rate(count, set);
    return { rawSet, rawCancel, rawFire: rate(count, fire) };
  }

  close(): void {
    this.#database.close();
  }

  #waiting(): (row: WaitingRow) => void {
    const insert = this.#database.prepare(
      'insert into waiting values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    );
    return (row) => {
      const { subscription, key, recordId, kind, position, slot } = row;
      const { due, attempts, correlationId, since, payload } = row;
      const error = null;
      insert.run(
        subscription,
        key,
        recordId,
        kind,
        position,
        slot,
        due,
        attempts,
        error,
        correlationId,
        since,
        payload,
      );
    };
  }

  #inTransactions(count: number, size: number, work: (index: number) => void): void {
    const begin = this.#database.prepare('begin immediate');
    const commit = this.#database.prepare('commit');
    for (let first = 0; first < count; first += size) {
      begin.run();
      for (let index = first; index < Math.min(count, first + size); index += 1) work(index);
      commit.run();
    }
  }
}

function recordOf({ recordId, correlationId, due }: WaitingRow): (string | number | null)[] {
  const data = JSON.stringify({ dueAt: new Date(due).toISOString() });
  const type = 'patience/PatienceEnded';
  const times = [due, due] as const;
  return [
    recordId,
    'timer',
    null,
    null,
    type,
    1,
    recordId,
    data,
    'waiting',
    ...times,
    correlationId,
    recordId,
    null,
    null,
  ];
}
