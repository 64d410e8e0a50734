import { codeOf, translate } from './errors.ts';
import type { ClientQuery, PostgresClient, PostgresPool } from './postgres-client.ts';

/** Something to ask: SQL that stays the same, and what it is asked with. */
export type Ask = <Row extends readonly unknown[]>(
  sql: string,
  values?: readonly unknown[],
) => Promise<readonly Row[]>;

/** How statements are sent. */
export interface StatementOptions {
  /** Prepared under names on each connection. Not behind a pooler in transaction mode. */
  readonly isNamed: boolean;
}

/**
 * Asks on any connection of the pool. A connection that broke is not given back.
 *
 * Rows come as arrays and numbers as numbers: what we keep is safe to 2^53.
 */
export function asking(pool: PostgresPool, options: StatementOptions): Ask {
  return async (sql, values = []) => {
    for (let count = 1; ; count += 1) {
      const client = await connect(pool);
      try {
        const rows = await askOn(client, options)<never>(sql, values);
        client.release();
        return rows;
      } catch (error) {
        client.release(isAboutConnection(error));
        // One statement by itself, of which nothing was done: it is asked once more.
        if (count === GIVEN_WAY_MAX || !GIVES_WAY.has(codeOf(error) ?? '')) throw error;
      }
    }
  };
}

/** So often a statement is asked anew that the server chose to give way to another one. */
const GIVEN_WAY_MAX = 10;
/** What cannot be serialized, as a role or a database may ask for by default; a deadlock. */
const GIVES_WAY: ReadonlySet<string> = new Set(['40001', '40P01']);

/** Asks on one connection. */
export function askOn(client: PostgresClient, { isNamed }: StatementOptions): Ask {
  return async <Row extends readonly unknown[]>(sql: string, values: readonly unknown[] = []) => {
    const query: ClientQuery = { text: sql, values, rowMode: 'array', types: NUMBERS };
    // Without values it goes as plain text, which may be several statements.
    const named = isNamed && values.length > 0 ? nameOf(sql) : undefined;
    try {
      const { rows } = await client.query(named === undefined ? query : { ...query, name: named });
      return rows as readonly Row[];
    } catch (error) {
      throw translate(error);
    }
  };
}

/** A connection of the pool, or the typed error why there is none. */
export async function connect(pool: PostgresPool): Promise<PostgresClient> {
  try {
    const client = await pool.connect();
    if (!heard.has(client)) {
      heard.add(client);
      // A connection that breaks between two queries says so, and unheard it ends the process. Its
      // next query fails, and whoever makes that is told.
      client.on('error', () => undefined);
    }
    return client;
  } catch (error) {
    throw translate(error);
  }
}

const heard = new WeakSet<PostgresClient>();

/** Whether a connection is of no use any more: everything but an answer of the server. */
export function isAboutConnection(error: unknown): boolean {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const code = (cause as { code?: unknown }).code;
  return typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code) || /^(57P|08)/.test(code);
}

/** So many statements are prepared; each has a text for each context, and no values in it. */
const NAMES_MAX = 2_000;
const names = new Map<string, string>();

function nameOf(sql: string): string | undefined {
  const known = names.get(sql);
  if (known !== undefined || names.size >= NAMES_MAX) return known;
  const name = `thereupon_${names.size + 1}`;
  names.set(sql, name);
  return name;
}

// The types of PostgreSQL by their numbers.
const BOOLEAN = 16;
const BIGINT = 20;
const INTEGER = 23;
const INTEGERS = 1007;
const BIGINTS = 1016;

const NUMBERS = {
  getTypeParser(oid: number): (text: string) => unknown {
    switch (oid) {
      case BOOLEAN:
        return (text) => text === 't';
      case BIGINT:
      case INTEGER:
        return Number;
      case INTEGERS:
      case BIGINTS:
        return (text) => (text === '{}' ? [] : text.slice(1, -1).split(',').map(Number));
      default:
        return asItIs;
    }
  },
};

function asItIs(text: string): string {
  return text;
}
