import { UnknownModelError } from '../../log/unknown-model.ts';
import type { Connection } from './connection.ts';

/**
 * Read models: a table of documents each, with an index for each field that can be asked for. The
 * table of the model "order-book@1" is "documents:order-book@1", so that no name of a model meets
 * a name of ours or of the user's own tables.
 */

const PREFIX = 'documents:';
/** Before the name of a table whose documents are being removed. */
const PUT_AWAY = 'put away ';

/**
 * SQLite takes table names without regard to case; models that differ in case only are two.
 * Capitals are therefore written `^a`, the caret itself `^^`, and the character 0 `^0`.
 */
export function tableOfModel(model: string): string {
  const written = model.replace(/[A-Z^\0]/g, (letter) =>
    letter === '\0' ? '^0' : `^${letter.toLowerCase()}`,
  );
  return PREFIX + written;
}

function modelOfTable(table: string): string {
  const written = table.slice(PREFIX.length);
  return written.replace(/\^(.)/gs, (_, letter: string) =>
    letter === '0' ? '\0' : letter.toUpperCase(),
  );
}

/** An identifier in SQL, whatever is in it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The value of a document's field; an index is on exactly this expression. */
export function fieldExpression(field: string): string {
  const path = `$.${JSON.stringify(field)}`;
  return `json_extract(text, '${path.replaceAll("'", "''")}')`;
}

export function hasModel(connection: Connection, model: string): boolean {
  const sql = "select 1 from sqlite_schema where type = 'table' and name = ?";
  return connection.prepared(sql).get(tableOfModel(model)) !== undefined;
}

export function models(connection: Connection): string[] {
  const sql = `
    select name from sqlite_schema where type = 'table' and name >= ? and name < ? order by name`;
  const rows = connection.prepared(sql).all(PREFIX, 'documents;');
  return rows.map((row) => modelOfTable(row['name'] as string));
}

export function createModel(
  connection: Connection,
  model: string,
  fields: readonly string[],
): void {
  const table = tableOfModel(model);
  // With a rowid: keys come in any order, and a table that is ordered by them is written half as
  // fast once the documents fill pages.
  connection.database.exec(`
    create table if not exists ${quoted(table)} (
      key text primary key,
      text text not null
    ) strict`);
  const indexes = connection
    .prepared("select name, sql from sqlite_schema where type = 'index' and tbl_name = ?")
    .all(table)
    .map((row) => row['sql'] as string | null);
  for (const field of fields) {
    const columns = `(${fieldExpression(field)})`;
    // By what it indexes, not by its name: a replaced model keeps the names of its indexes.
    if (indexes.some((sql) => sql?.endsWith(columns))) continue;
    const name = freeName(connection, `${table} by ${field}`);
    connection.database.exec(`create index ${quoted(name)} on ${quoted(table)} ${columns}`);
  }
}

/**
 * Takes a read model away in one step, however many documents it has. They are still in the file,
 * where nobody finds them, until `removeSomePutAway` has removed them.
 */
export function putAway(connection: Connection, model: string): void {
  if (!hasModel(connection, model)) return;
  const table = tableOfModel(model);
  renameTable(connection, table, freeName(connection, `${PUT_AWAY}${table}`));
}

/** Removes at most so many documents of what was put away. False: nothing is left of it. */
export function removeSomePutAway(connection: Connection, count: number): boolean {
  const sql = "select name from sqlite_schema where type = 'table' and name >= ? and name < ?";
  const found = connection.prepared(sql).get(`${PUT_AWAY}${PREFIX}`, `${PUT_AWAY}documents;`);
  if (found === undefined) return false;
  const table = quoted(found['name'] as string);
  const { database } = connection;
  const { changes } = database
    .prepare(`delete from ${table} where rowid in (select rowid from ${table} limit ?)`)
    .run(count);
  if (Number(changes) < count) database.exec(`drop table ${table}`);
  return true;
}

export function renameModel(connection: Connection, from: string, to: string): void {
  if (!hasModel(connection, from)) throw new UnknownModelError(from);
  if (from === to) return;
  putAway(connection, to);
  renameTable(connection, tableOfModel(from), tableOfModel(to));
}

function renameTable({ database }: Connection, from: string, to: string): void {
  database.exec(`alter table ${quoted(from)} rename to ${quoted(to)}`);
}

function freeName(connection: Connection, wanted: string): string {
  const taken = connection.prepared('select 1 from sqlite_schema where name = ? collate nocase');
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? wanted : `${wanted} (${count})`;
    if (taken.get(name) === undefined) return name;
  }
}
