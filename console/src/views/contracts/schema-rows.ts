/** A field of a JSON Schema, as a line of a table. */
export interface SchemaRow {
  readonly path: string;
  readonly name: string;
  readonly depth: number;
  /** `text`, `whole number`, `list of objects`. */
  readonly type: string;
  readonly isRequired: boolean;
  /** What else is said of it: bounds, formats, its own words. */
  readonly notes: readonly string[];
}

type Schema = Readonly<Record<string, unknown>>;

/** A schema may refer to itself. */
const DEPTH_MAX = 6;
const ROWS_MAX = 400;

/** The fields of a schema, each under the one that it is in. */
export function schemaRows(schema: Schema): readonly SchemaRow[] {
  return fieldsOf(schema, { root: schema, path: '', depth: 0 }).slice(0, ROWS_MAX);
}

interface Place {
  readonly root: Schema;
  readonly path: string;
  readonly depth: number;
}

function fieldsOf(given: unknown, place: Place): readonly SchemaRow[] {
  const { root, path, depth } = place;
  if (depth > DEPTH_MAX) return [];
  const schema = resolved(root, given);
  const required = listOf(schema['required']);
  const own = Object.entries(objectOf(schema['properties'])).flatMap(([name, of]) => {
    const field = resolved(root, of);
    const at = path === '' ? name : `${path}.${name}`;
    const row = { path: at, name, depth, isRequired: required.includes(name) };
    const inside = { root, path: at, depth: depth + 1 };
    return [{ ...row, ...saidOf(root, field) }, ...insideOf(field, inside)];
  });
  const any = schema['additionalProperties'];
  if (typeof any !== 'object' || any === null) return own;
  const row = { path: `${path}.*`, name: 'any name', depth, isRequired: false };
  const inside = { root, path: `${path}.*`, depth: depth + 1 };
  return [...own, { ...row, ...saidOf(root, resolved(root, any)) }, ...insideOf(any, inside)];
}

/** What is inside of a field: of an object, of what a list is of, of each that it may be. */
function insideOf(given: unknown, place: Place): readonly SchemaRow[] {
  const schema = resolved(place.root, given);
  if (schema['items'] !== undefined) return insideOf(schema['items'], place);
  const choices = choicesOf(schema);
  if (choices.length > 0) return choices.flatMap((choice) => insideOf(choice, place));
  return fieldsOf(schema, place);
}

function saidOf(root: Schema, field: Schema): Pick<SchemaRow, 'type' | 'notes'> {
  return { type: typeText(root, field, false), notes: notesOf(field) };
}

const WORDS: Readonly<Record<string, readonly [one: string, many: string]>> = {
  string: ['text', 'texts'],
  integer: ['whole number', 'whole numbers'],
  number: ['number', 'numbers'],
  boolean: ['true or false', 'true or false'],
  object: ['object', 'objects'],
  array: ['list', 'lists'],
  null: ['null', 'null'],
};

function typeText(root: Schema, given: unknown, isMany: boolean): string {
  const schema = resolved(root, given);
  if (Array.isArray(schema['enum']))
    return schema['enum'].map((value) => JSON.stringify(value)).join(' or ');
  if ('const' in schema) return JSON.stringify(schema['const']);
  const choices = choicesOf(schema);
  if (choices.length > 0)
    return [...new Set(choices.map((choice) => typeText(root, choice, isMany)))].join(' or ');
  const { type } = schema as { type?: unknown };
  if (type === 'array' && schema['items'] !== undefined)
    return `${isMany ? 'lists' : 'list'} of ${typeText(root, schema['items'], true)}`;
  const types = Array.isArray(type) ? type : [type];
  return types.map((each) => WORDS[String(each)]?.[isMany ? 1 : 0] ?? 'anything').join(' or ');
}

/** The bounds that say nothing: those of any whole number. */
const NO_BOUNDS: readonly unknown[] = [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];

function notesOf(field: Schema): readonly string[] {
  const notes: string[] = [];
  const note = (name: string, words: (value: unknown) => string): void => {
    const value = field[name];
    if (value !== undefined && !NO_BOUNDS.includes(value)) notes.push(words(value));
  };
  note('description', String);
  note('format', (value) => `format ${String(value)}`);
  // A format says it better than the pattern that stands for it.
  if (field['format'] === undefined) note('pattern', (value) => `pattern ${String(value)}`);
  note('minimum', (value) => `at least ${String(value)}`);
  note('exclusiveMinimum', (value) => `more than ${String(value)}`);
  note('maximum', (value) => `at most ${String(value)}`);
  note('exclusiveMaximum', (value) => `less than ${String(value)}`);
  note('minLength', (value) => `at least ${String(value)} characters`);
  note('maxLength', (value) => `at most ${String(value)} characters`);
  note('minItems', (value) => `at least ${String(value)} of them`);
  note('maxItems', (value) => `at most ${String(value)} of them`);
  note('default', (value) => `default ${JSON.stringify(value)}`);
  return notes;
}

function choicesOf(schema: Schema): readonly unknown[] {
  return [...listOf(schema['anyOf']), ...listOf(schema['oneOf']), ...listOf(schema['allOf'])];
}

/** Follows `#/$defs/…`. */
function resolved(root: Schema, given: unknown): Schema {
  const schema = objectOf(given);
  const ref = schema['$ref'];
  if (typeof ref !== 'string' || !ref.startsWith('#')) return schema;
  const parts = ref.split('/').slice(1);
  const found = parts.reduce<unknown>((at, part) => objectOf(at)[part], root);
  return objectOf(found);
}

function objectOf(value: unknown): Schema {
  return typeof value === 'object' && value !== null ? (value as Schema) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
