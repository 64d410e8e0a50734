import pg from 'pg';

/** Runs one statement over a connection of its own and answers with the rows. */
export async function queryOnce<Row extends pg.QueryResultRow>(
  connectionString: string,
  statement: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    return (await client.query<Row>(statement, [...values])).rows;
  } finally {
    await client.end();
  }
}

/** A name as it stands in a statement: names cannot be bound. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
