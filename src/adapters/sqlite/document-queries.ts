import type { SQLInputValue } from 'node:sqlite';
import type {
  DocumentQuery,
  FieldCondition,
  FieldValue,
  StoredDocument,
} from '../../log/document-query.ts';
import { UnknownModelError } from '../../log/unknown-model.ts';
import type { DocumentWrite } from '../../log/write-set.ts';
import { type Connection, plainRows } from './connection.ts';
import { fieldExpression, hasModel, quoted, tableOfModel } from './model-tables.ts';

/** Documents of a read model. A model that was never defined has none. */

export function document(connection: Connection, model: string, key: string): string | undefined {
  return ofModel(connection, model, undefined, ({ read }) => {
    const row = connection.prepared(read).get(key);
    return row?.['text'] as string | undefined;
  });
}

export function documents(
  connection: Connection,
  model: string,
  keys: readonly string[],
): Map<string, string> {
  return ofModel(connection, model, new Map<string, string>(), ({ table }) => {
    const sql = `select key, text from ${table} where key in (select value from json_each(?))`;
    const rows = connection.prepared(sql).all(JSON.stringify(keys));
    return new Map(rows.map((row) => [row['key'] as string, row['text'] as string]));
  });
}

export function findDocuments(
  connection: Connection,
  model: string,
  query: DocumentQuery,
): StoredDocument[] {
  return ofModel(connection, model, [], ({ table }) => {
    const { sql, values } = conditions(query.where);
    const statement = connection.prepared(
      `select key, text from ${table} ${sql} order by ${order(query)} limit ?`,
    );
    return plainRows<StoredDocument>(statement.all(...values, query.limit));
  });
}

export function countDocuments(
  connection: Connection,
  model: string,
  where: DocumentQuery['where'],
): number {
  return ofModel(connection, model, 0, ({ table }) => {
    const { sql, values } = conditions(where);
    const row = connection.prepared(`select count(*) as count from ${table} ${sql}`).get(...values);
    return row?.['count'] as number;
  });
}

export function writeDocument(connection: Connection, write: DocumentWrite): void {
  const { upsert, remove } = statementsOf(write.model);
  if (write.text === null) run(connection, write, remove, write.key);
  else run(connection, write, upsert, write.key, write.text);
}

/** The statements for one document, and the table's name for the others. */
interface Statements {
  readonly table: string;
  readonly read: string;
  readonly upsert: string;
  readonly remove: string;
}

/** So many models' statements are remembered. */
const MODELS_MAX = 200;
const statementsByModel = new Map<string, Statements>();

// Remembered: making these texts for each document costs as much as running them.
function statementsOf(model: string): Statements {
  const known = statementsByModel.get(model);
  if (known !== undefined) return known;
  if (statementsByModel.size >= MODELS_MAX) statementsByModel.clear();
  const table = quoted(tableOfModel(model));
  const statements = {
    table,
    read: `select text from ${table} where key = ?`,
    upsert: `
      insert into ${table} (key, text) values (?, ?)
      on conflict (key) do update set text = excluded.text`,
    remove: `delete from ${table} where key = ?`,
  };
  statementsByModel.set(model, statements);
  return statements;
}

function run(
  connection: Connection,
  { model }: DocumentWrite,
  sql: string,
  ...values: readonly string[]
): void {
  try {
    connection.prepared(sql).run(...values);
  } catch (error) {
    if (!hasModel(connection, model)) throw new UnknownModelError(model);
    throw error;
  }
}

function ofModel<T>(
  connection: Connection,
  model: string,
  otherwise: T,
  query: (statements: Statements) => T,
): T {
  try {
    return query(statementsOf(model));
  } catch (error) {
    // Asked only when something failed: the usual case costs one query, not two.
    if (!hasModel(connection, model)) return otherwise;
    throw error;
  }
}

function order(query: DocumentQuery): string {
  if (query.orderBy === undefined) return 'key';
  const direction = query.orderBy.direction === 'ascending' ? 'asc' : 'desc';
  return `${fieldExpression(query.orderBy.field)} ${direction}, key`;
}

function conditions(where: readonly FieldCondition[]): { sql: string; values: SQLInputValue[] } {
  const values: SQLInputValue[] = [];
  const parts = where.map((condition) => conditionSql(condition, values));
  return { sql: parts.length === 0 ? '' : `where ${parts.join(' and ')}`, values };
}

const OPERATORS = { above: '>', atLeast: '>=', below: '<', atMost: '<=' } as const;

function conditionSql(condition: FieldCondition, values: SQLInputValue[]): string {
  const field = fieldExpression(condition.field);
  const given = condition.value;
  if (condition.operator === 'in') {
    const list = [given].flat() as readonly FieldValue[];
    values.push(JSON.stringify(list.filter((value) => value !== null).map(sqlValue)));
    const isOneOf = `${field} in (select value from json_each(?))`;
    return list.includes(null) ? `(${isOneOf} or ${field} is null)` : isOneOf;
  }
  const value = given as FieldValue;
  if (condition.operator === 'equals') return equals(field, value, values);
  if (value === null) return 'false';
  values.push(sqlValue(value));
  // SQLite sorts every number below every text: the second half keeps to the kind that was asked.
  const sameKind = typeof value === 'string' ? `${field} >= ''` : `${field} < ''`;
  return `(${field} ${OPERATORS[condition.operator]} ? and ${sameKind})`;
}

function equals(field: string, value: FieldValue, values: SQLInputValue[]): string {
  if (value === null) return `${field} is null`;
  values.push(sqlValue(value));
  return `${field} = ?`;
}

// json_extract gives 1 and 0 for true and false.
function sqlValue(value: string | number | boolean): string | number {
  return typeof value === 'boolean' ? Number(value) : value;
}
