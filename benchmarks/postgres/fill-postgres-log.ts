import { Pool } from 'pg';
import { postgres } from 'thereupon/postgres';
import type { NewRecord } from '../../src/log/record.ts';
import { insertMany, rawColumns } from './raw-table.ts';

const ROWS_TOGETHER = 5_000;

/**
 * Makes a context's log with these records, past our commit: nothing is measured here. Afterwards it
 * is as a log that has stood for a while: vacuumed, with statistics, and nothing left to flush.
 */
export async function fillPostgresLog(
  url: string,
  context: string,
  records: Iterable<readonly NewRecord[]>,
): Promise<void> {
  const log = await postgres(url).open(context);
  await log.close();
  const pool = new Pool({ connectionString: url, max: 1 });
  const sql = insertMany(`"${context}".log`, `nextval('"${context}".log_position')`);
  const insert = (rows: readonly NewRecord[]): Promise<unknown> =>
    pool.query({ name: 'fill', text: sql, values: rawColumns(rows) });
  let rows: NewRecord[] = [];
  for (const made of records) {
    rows.push(...made);
    if (rows.length < ROWS_TOGETHER) continue;
    await insert(rows);
    rows = [];
  }
  await insert(rows);
  await pool.query(`
    insert into "${context}".streams (stream, version)
    select stream, max(version) from "${context}".log where stream is not null group by stream`);
  await pool.query('vacuum analyze');
  await pool.query('checkpoint');
  await pool.end();
}
