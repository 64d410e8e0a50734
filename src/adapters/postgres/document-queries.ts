import type {
  DocumentQuery,
  FieldCondition,
  FieldValue,
  StoredDocument,
} from '../../log/document-query.ts';
import { numberOf, prefix, prefixOf, textOf } from './field-expressions.ts';
import type { Asked } from './record-queries.ts';

/** Documents of a read model. A model that was never defined has none. */

export async function documents(
  { ask, schema }: Asked,
  model: string,
  keys: readonly string[],
): Promise<Map<string, string>> {
  // The primary key of the model's partition.
  const rows = await ask<[string, string]>(
    `select key, document from ${schema}.documents
    where model = ${modelId(schema)} and key = any ($2)`,
    [model, keys],
  );
  return new Map(rows);
}

export async function findDocuments(
  { ask, schema }: Asked,
  model: string,
  query: DocumentQuery,
): Promise<StoredDocument[]> {
  const { values, sql } = conditions(model, query.where);
  // The index of a field that is asked for, or the order's, or the primary key.
  const rows = await ask<[string, string]>(
    `select key, document from ${schema}.documents where model = ${modelId(schema)} ${sql}
    order by ${order(query)} limit $${values.push(query.limit)}`,
    values,
  );
  return rows.map(([key, text]) => ({ key, text }));
}

export async function countDocuments(
  { ask, schema }: Asked,
  model: string,
  where: DocumentQuery['where'],
): Promise<number> {
  const { values, sql } = conditions(model, where);
  const [row] = await ask<[number]>(
    `select count(*) from ${schema}.documents where model = ${modelId(schema)} ${sql}`,
    values,
  );
  return row?.[0] ?? 0;
}

/** Looked up first, so that only this model's partition is read. */
function modelId(schema: string): string {
  return `(select id from ${schema}.models where name = $1)`;
}

function order({ orderBy }: DocumentQuery): string {
  if (orderBy === undefined) return 'key';
  const { field, direction } = orderBy;
  const way = direction === 'ascending' ? 'asc nulls first' : 'desc nulls last';
  return `${prefixOf(field)} ${way}, ${numberOf(field)} ${way}, ${textOf(field)} ${way}, key`;
}

function conditions(model: string, where: readonly FieldCondition[]) {
  const values: unknown[] = [model];
  const parts = where.map((condition) => ` and ${conditionSql(condition, values)}`);
  return { sql: parts.join(''), values };
}

const OPERATORS = { above: '>', atLeast: '>=', below: '<', atMost: '<=' } as const;

function conditionSql(condition: FieldCondition, values: unknown[]): string {
  const { field, operator, value } = condition;
  if (operator === 'in') return isOneOf(field, [value].flat() as readonly FieldValue[], values);
  if (operator === 'equals') return equals(field, value as FieldValue, values);
  if (value === null) return 'false';
  return compare(field, OPERATORS[operator], value as string | number | boolean, values);
}

function isOneOf(field: string, list: readonly FieldValue[], values: unknown[]): string {
  const texts = list.filter((value) => typeof value === 'string');
  const numbers = list.filter((value) => value !== null && typeof value !== 'string').map(Number);
  const parts = list.includes(null) ? [equals(field, null, values)] : [];
  if (numbers.length > 0) {
    const number = `$${values.push(numbers)}::numeric[]`;
    parts.push(`(${prefixOf(field)} is null and ${numberOf(field)} = any (${number}))`);
  }
  if (texts.length > 0) {
    const begins = `${prefixOf(field)} = any ($${values.push(texts.map(prefix))})`;
    parts.push(`(${begins} and ${textOf(field)} = any ($${values.push(texts)}))`);
  }
  return parts.length === 0 ? 'false' : `(${parts.join(' or ')})`;
}

function equals(field: string, value: FieldValue, values: unknown[]): string {
  if (value === null) return `(${prefixOf(field)} is null and ${numberOf(field)} is null)`;
  return compare(field, '=', value, values);
}

function compare(
  field: string,
  operator: string,
  value: string | number | boolean,
  values: unknown[],
): string {
  if (typeof value !== 'string') {
    const number = `$${values.push(Number(value))}::numeric`;
    return `(${prefixOf(field)} is null and ${numberOf(field)} ${operator} ${number})`;
  }
  const loose = operator.replace(/^([<>])$/, '$1=');
  const begins = `${prefixOf(field)} ${loose} $${values.push(prefix(value))}`;
  return `(${begins} and ${textOf(field)} ${operator} $${values.push(value)})`;
}
