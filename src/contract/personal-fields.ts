import type { StandardJSONSchemaV1 } from '@standard-schema/spec';
import type { AnyContract } from './contract.ts';

type Described = Partial<StandardJSONSchemaV1.Props>;

/**
 * The fields that a contract lists as personal and that its schema does not have: a mistake in one
 * would leave what it means unmasked. Only where the schema library tells its fields
 * (`StandardJSONSchemaV1`) and has no others.
 */
export function unknownPersonalFields(contract: AnyContract): readonly string[] {
  if (contract.personal.length === 0) return [];
  const fields = fieldsOf(jsonSchemaOf(contract));
  return fields === undefined ? [] : contract.personal.filter((field) => !fields.has(field));
}

function jsonSchemaOf(contract: AnyContract): unknown {
  const described: Described = contract.schema['~standard'];
  try {
    return described.jsonSchema?.input({ target: 'draft-2020-12' });
  } catch {
    // Not every schema can be told as JSON Schema, as those with checks of their own: no fields.
    return undefined;
  }
}

/** The top-level fields, of any alternative; undefined where they are not all told. */
function fieldsOf(schema: unknown): ReadonlySet<string> | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined;
  const { properties, anyOf, oneOf, additionalProperties } = schema as Record<string, unknown>;
  const isOpen = additionalProperties !== undefined && additionalProperties !== false;
  if (typeof properties === 'object' && properties !== null)
    return isOpen ? undefined : new Set(Object.keys(properties));
  const alternatives = Array.isArray(anyOf) ? anyOf : oneOf;
  if (!Array.isArray(alternatives)) return undefined;
  const fields = alternatives.map(fieldsOf);
  return fields.includes(undefined)
    ? undefined
    : new Set(fields.flatMap((each) => [...(each ?? [])]));
}
