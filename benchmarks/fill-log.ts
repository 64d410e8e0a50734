import { DatabaseSync } from 'node:sqlite';
import { sqlite } from 'thereupon/sqlite';
import type { NewRecord } from '../src/log/record.ts';
import { prepareInsert, rowOf } from './raw-log.ts';

const ROWS_TOGETHER = 10_000;

/**
 * Makes a context's log with these records, by raw inserts: nothing is measured here, so it need
 * not be safe, only quick. Answers with the path of the file.
 */
export async function fillLog(
  directory: string,
  context: string,
  records: Iterable<NewRecord>,
): Promise<string> {
  const log = await sqlite(directory).open(context);
  await log.close();
  const path = `${directory}/${context}.sqlite`;
  const database = new DatabaseSync(path);
  database.exec('pragma synchronous = off; pragma cache_size = -262144');
  const insert = prepareInsert(database);
  let open = 0;
  for (const record of records) {
    if (open === 0) database.exec('begin');
    insert.run(...rowOf(record));
    open += 1;
    if (open < ROWS_TOGETHER) continue;
    database.exec('commit');
    open = 0;
  }
  if (open > 0) database.exec('commit');
  database.exec('pragma wal_checkpoint(truncate)');
  database.close();
  return path;
}
