import type { WaitingCount, WaitingQuery } from '../../log/log.ts';
import type { WaitingError, WaitingKind, WaitingRow } from '../../log/waiting-row.ts';
import type { Asked } from './record-queries.ts';

type Row = readonly [
  string,
  string,
  string,
  WaitingKind,
  number,
  number,
  number,
  number,
  string | null,
  string,
  number,
  string | null,
];

/** Waiting rows; the indexes are the primary key, waiting_by_due and waiting_by_action. */
export async function waiting({ ask, schema }: Asked, query: WaitingQuery): Promise<WaitingRow[]> {
  const values: unknown[] = [];
  const conditions: string[] = [];
  const where = (column: string, operator: string, value: unknown): void => {
    if (value !== undefined) conditions.push(`${column} ${operator} ($${values.push(value)})`);
  };
  where('subscription', '=', query.subscription);
  where('key', '=', query.key);
  where('correlation_id', '=', query.correlationId);
  where('due', '<', query.dueBefore === undefined ? undefined : asBigint(query.dueBefore));
  where('slot', '>=', query.slots?.first);
  where('slot', '<=', query.slots?.last);
  where('kind', '= any', query.kinds);
  const order = query.dueBefore === undefined ? 'subscription, position, key' : 'due, position';
  const rows = await ask<Row>(
    `select subscription, key, record_id, kind, position, slot, due, attempts, error,
      correlation_id, since, payload
    from ${schema}.waiting ${conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`}
    order by ${order} limit $${values.push(query.limit)}`,
    values,
  );
  return rows.map(waitingOfRow);
}

export async function waitingCounts({ ask, schema }: Asked): Promise<WaitingCount[]> {
  const rows = await ask<[string, WaitingKind, number]>(
    `select subscription, kind, count(*) from ${schema}.waiting
    group by subscription, kind order by subscription, kind`,
  );
  return rows.map(([subscription, kind, count]) => ({ subscription, kind, count }));
}

/** Before all times there is nothing, and after all times there is everything: no number says that. */
function asBigint(time: number): number {
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, time));
}

function waitingOfRow(row: Row): WaitingRow {
  return {
    subscription: row[0],
    key: row[1],
    recordId: row[2],
    kind: row[3],
    position: row[4],
    slot: row[5],
    due: row[6],
    attempts: row[7],
    error: row[8] === null ? null : (JSON.parse(row[8]) as WaitingError),
    correlationId: row[9],
    since: row[10],
    payload: row[11],
  };
}
