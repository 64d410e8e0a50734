/**
 * What documents to look for. Only indexed fields can be asked for, so that no query becomes slow
 * by growing data.
 */
export interface DocumentQuery {
  /** All of these must hold. */
  readonly where: readonly FieldCondition[];
  /** Default: by key, ascending. */
  readonly orderBy?: { readonly field: string; readonly direction: 'ascending' | 'descending' };
  readonly limit: number;
}

/** Compares as JSON does: numbers by value, text by code unit; a missing field is null. */
export interface FieldCondition {
  readonly field: string;
  readonly operator: 'equals' | 'in' | 'above' | 'atLeast' | 'below' | 'atMost';
  readonly value: FieldValue | readonly FieldValue[];
}

export type FieldValue = string | number | boolean | null;

export interface StoredDocument {
  readonly key: string;
  /** JSON text. */
  readonly text: string;
}
