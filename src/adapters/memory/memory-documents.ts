import type {
  DocumentQuery,
  FieldCondition,
  FieldValue,
  StoredDocument,
} from '../../log/document-query.ts';
import { UnknownModelError } from '../../log/unknown-model.ts';
import type { DocumentWrite } from '../../log/write-set.ts';
import { compareText, compareValues, isSameKind } from './field-order.ts';

/** The documents of a log's read models. A model that was never defined has none. */
export class MemoryDocuments {
  readonly #models = new Map<string, Map<string, MemoryDocument>>();

  /** Indexes only make a query fast; here each looks at all documents of its model. */
  define(model: string): void {
    if (!this.#models.has(model)) this.#models.set(model, new Map());
  }

  drop(model: string): void {
    this.#models.delete(model);
  }

  replace(change: { readonly from: string; readonly to: string }): void {
    const documents = this.#defined(change.from);
    this.#models.delete(change.from);
    this.#models.set(change.to, documents);
  }

  models(): string[] {
    return [...this.#models.keys()].toSorted(compareText);
  }

  assertDefined(model: string): void {
    this.#defined(model);
  }

  write({ model, key, text }: DocumentWrite): void {
    const documents = this.#defined(model);
    if (text === null) documents.delete(key);
    else documents.set(key, new MemoryDocument(key, text));
  }

  text(model: string, key: string): string | undefined {
    return this.#models.get(model)?.get(key)?.text;
  }

  texts(model: string, keys: readonly string[]): Map<string, string> {
    const found = new Map<string, string>();
    for (const key of keys) {
      const text = this.text(model, key);
      if (text !== undefined) found.set(key, text);
    }
    return found;
  }

  find(model: string, query: DocumentQuery): StoredDocument[] {
    return this.#matching(model, query.where)
      .toSorted(orderOf(query.orderBy))
      .slice(0, query.limit)
      .map(({ key, text }) => ({ key, text }));
  }

  count(model: string, where: DocumentQuery['where']): number {
    return this.#matching(model, where).length;
  }

  #matching(model: string, where: DocumentQuery['where']): MemoryDocument[] {
    const documents = [...(this.#models.get(model)?.values() ?? [])];
    if (where.length === 0) return documents;
    return documents.filter((document) => where.every((each) => holds(document, each)));
  }

  #defined(model: string): Map<string, MemoryDocument> {
    const documents = this.#models.get(model);
    if (documents === undefined) throw new UnknownModelError(model);
    return documents;
  }
}

/** One document as text; parsed when somebody first asks for a field of it. */
class MemoryDocument {
  readonly key: string;
  readonly text: string;
  #fields: Record<string, unknown> | undefined;

  constructor(key: string, text: string) {
    this.key = key;
    this.text = text;
  }

  field(name: string): FieldValue {
    this.#fields ??= parseFields(this.text);
    // Own fields only: no document has a "constructor" that it was not given.
    const value = Object.hasOwn(this.#fields, name) ? this.#fields[name] : null;
    if (typeof value === 'object' && value !== null) return JSON.stringify(value);
    return value as FieldValue;
  }
}

function parseFields(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function holds(document: MemoryDocument, { field, operator, value }: FieldCondition): boolean {
  const actual = document.field(field);
  if (operator === 'in') {
    return [value].flat().some((each) => compareValues(actual, each as FieldValue) === 0);
  }
  const given = value as FieldValue;
  if (operator === 'equals') return compareValues(actual, given) === 0;
  if (!isSameKind(actual, given)) return false;
  const order = compareValues(actual, given);
  switch (operator) {
    case 'above':
      return order > 0;
    case 'atLeast':
      return order >= 0;
    case 'below':
      return order < 0;
    case 'atMost':
      return order <= 0;
  }
}

type Order = (a: MemoryDocument, b: MemoryDocument) => number;

function orderOf(orderBy: DocumentQuery['orderBy']): Order {
  if (orderBy === undefined) return byKey;
  const sign = orderBy.direction === 'ascending' ? 1 : -1;
  return (a, b) =>
    sign * compareValues(a.field(orderBy.field), b.field(orderBy.field)) || byKey(a, b);
}

function byKey(a: MemoryDocument, b: MemoryDocument): number {
  return compareText(a.key, b.key);
}
