import type { SQLOutputValue } from 'node:sqlite';
import type { WaitingCount, WaitingQuery } from '../../log/log.ts';
import type { WaitingError, WaitingKey, WaitingKind, WaitingRow } from '../../log/waiting-row.ts';
import { type Connection, plainRows } from './connection.ts';

const WAITING_COLUMNS = `
  subscription, key, record_id, kind, position, slot, due, attempts, error, correlation_id, since,
  payload`;

/** Waiting rows; the indexes are the primary key, waiting_subscription_due and waiting_action. */
export function waiting(connection: Connection, query: WaitingQuery): WaitingRow[] {
  const conditions: string[] = [];
  const values: (string | number)[] = [];
  const where = (condition: string, value: string | number | undefined): void => {
    if (value === undefined) return;
    conditions.push(condition);
    values.push(value);
  };
  where('subscription = ?', query.subscription);
  where('key = ?', query.key);
  where('correlation_id = ?', query.correlationId);
  where('due < ?', query.dueBefore);
  where('slot >= ?', query.slots?.first);
  where('slot <= ?', query.slots?.last);
  where('kind in (select value from json_each(?))', query.kinds && JSON.stringify(query.kinds));
  const order = query.dueBefore === undefined ? 'subscription, position, key' : 'due, position';
  const sql = `
    select ${WAITING_COLUMNS} from waiting
    ${conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`}
    order by ${order} limit ?`;
  const rows = connection.preparedArrays(sql).all(...values, query.limit);
  return (rows as unknown as SQLOutputValue[][]).map(waitingOfRow);
}

const COUNTS = `
  select subscription, kind, count(*) as count from waiting
  group by subscription, kind order by subscription, kind`;

export function waitingCounts(connection: Connection): WaitingCount[] {
  return plainRows<WaitingCount>(connection.prepared(COUNTS).all());
}

const WAIT = `
  insert or replace into waiting (
    subscription, key, record_id, kind, position, slot, due, attempts, error,
    correlation_id, since, payload
  ) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

export function writeWaiting(connection: Connection, row: WaitingRow): void {
  connection
    .prepared(WAIT)
    .run(
      row.subscription,
      row.key,
      row.recordId,
      row.kind,
      row.position,
      row.slot,
      row.due,
      row.attempts,
      row.error === null ? null : JSON.stringify(row.error),
      row.correlationId,
      row.since,
      row.payload,
    );
}

const DONE = 'delete from waiting where subscription = ? and key = ? and record_id = ?';

export function removeWaiting(connection: Connection, done: WaitingKey): void {
  connection.prepared(DONE).run(done.subscription, done.key, done.recordId);
}

function waitingOfRow(row: SQLOutputValue[]): WaitingRow {
  return {
    subscription: row[0] as string,
    key: row[1] as string,
    recordId: row[2] as string,
    kind: row[3] as WaitingKind,
    position: row[4] as number,
    slot: row[5] as number,
    due: row[6] as number,
    attempts: row[7] as number,
    error: row[8] === null ? null : (JSON.parse(row[8] as string) as WaitingError),
    correlationId: row[9] as string,
    since: row[10] as number,
    payload: row[11] as string | null,
  };
}
