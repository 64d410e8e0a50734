/** Rows of a context's log, from its file or from its schema. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import type { ShopPlace } from './shop-place.ts';

type Rows = readonly (readonly unknown[])[];

/** None where there is no log yet. */
export async function rowsOf(place: ShopPlace, context: string, sql: string): Promise<Rows> {
  const { directory, store } = place;
  return store === undefined
    ? fileRows(join(directory, `${context}.sqlite`), sql)
    : schemaRows(store, context, sql);
}

/** Each document of a read model by its key, in the order of keys. */
export async function documentsOf(
  place: ShopPlace,
  context: string,
  model: string,
): Promise<readonly (readonly [string, unknown])[]> {
  const sql =
    place.store === undefined
      ? `select key, text from "documents:${model}" order by key`
      : `select key, document::text from documents
        where model = (select id from models where name = '${model}') order by key`;
  const rows = await rowsOf(place, context, sql);
  return rows.map(([key, text]) => [String(key), JSON.parse(String(text))]);
}

function fileRows(path: string, sql: string): Rows {
  if (!existsSync(path)) return [];
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const isMade = database.prepare("select 1 from sqlite_schema where name = 'log'").get();
    if (isMade === undefined) return [];
    const statement = database.prepare(sql);
    statement.setReturnArrays(true);
    return statement.all() as unknown as Rows;
  } finally {
    database.close();
  }
}

async function schemaRows(store: string, context: string, sql: string): Promise<Rows> {
  const client = new pg.Client({ connectionString: store, options: `-c search_path=${context}` });
  await client.connect();
  try {
    const made = await client.query('select to_regclass(\'log\') is not null as "isMade"');
    if (made.rows[0]?.isMade !== true) return [];
    return (await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}
