/**
 * What documents to look for. Only indexed fields can be asked for, so that no query becomes slow
 * by growing data.
 */
export interface DocumentQuery {
  /** All of these must hold. */
  readonly where: readonly FieldCondition[];
  /** Default: by key, ascending. Null comes before numbers, numbers before text; ties by key. */
  readonly orderBy?: { readonly field: string; readonly direction: 'ascending' | 'descending' };
  readonly limit: number;
}

/**
 * Numbers compare by value, text by code point; true and false count as 1 and 0; a missing field is
 * null. Null is equal to null; otherwise only values of one kind compare: no number is above or
 * below a text or null.
 */
export interface FieldCondition {
  readonly field: string;
  readonly operator: 'equals' | 'in' | 'above' | 'atLeast' | 'below' | 'atMost';
  readonly value: FieldValue | readonly FieldValue[];
}

export type FieldValue = string | number | boolean | null;

/** A document, and the key it is kept under. */
export interface StoredDocument {
  readonly key: string;
  /** JSON text. */
  readonly text: string;
}
