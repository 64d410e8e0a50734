import { assertContextName } from '../../log/context-name.ts';

/** Where a context's log lives in a database. */
export interface Place {
  readonly context: string;
  /** The schema's name, as an identifier in SQL. */
  readonly schema: string;
}

/** PostgreSQL cuts longer names off without a word. */
const NAME_BYTES_MAX = 63;

/**
 * A context's log has the schema of the context's name.
 *
 * @throws {ContextNameError} for a name that is not plain.
 * @throws {SchemaNameError} for one that PostgreSQL keeps for itself, or that is too long for it.
 */
export function placeOf(context: string): Place {
  assertContextName(context);
  if (context.length > NAME_BYTES_MAX || /^(pg_|information_schema$|public$)/i.test(context))
    throw new SchemaNameError(context);
  return { context, schema: quoted(context) };
}

/** An identifier in SQL, whatever is in it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text in SQL, for where no parameter can be. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The name cannot be that of a schema. */
export class SchemaNameError extends Error {
  override readonly name = 'SchemaNameError';
  readonly code = 'schema-name';
  readonly retryable = false;
  readonly context: string;

  constructor(context: string) {
    super(
      `A context named ${JSON.stringify(context)} cannot have a schema of that name in ` +
        'PostgreSQL. Take at most 63 letters, not beginning with "pg_", and not "public".',
    );
    this.context = context;
  }
}
