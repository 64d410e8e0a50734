/** Removes the logs of contexts from a PostgreSQL database, each with all of its schema. */
import pg from 'pg';

/** A shop that has just ended may still hold its tables for a moment. */
const LOCK_TIMEOUT_MS = 10_000;

/** A schema that has the name of a context and holds no log of it belongs to somebody else, and stays. */
export async function dropLogs(
  store: string,
  contexts: readonly { readonly name: string }[],
): Promise<void> {
  const client = new pg.Client({ connectionString: store, lock_timeout: LOCK_TIMEOUT_MS });
  await client.connect();
  try {
    for (const { name } of contexts) {
      const schema = client.escapeIdentifier(name);
      if (await isLogOf(client, name, schema)) await client.query(`drop schema ${schema} cascade`);
    }
  } finally {
    await client.end();
  }
}

async function isLogOf(client: pg.Client, name: string, schema: string): Promise<boolean> {
  const found = await client.query('select to_regclass($1) is not null as "isThere"', [
    `${schema}.meta`,
  ]);
  if (found.rows[0]?.isThere !== true) return false;
  const { rows } = await client.query(`select value from ${schema}.meta where name = 'context'`);
  return rows[0]?.value === name;
}
