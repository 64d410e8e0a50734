/**
 * Reading a log by hand on `pg`: all columns of all records, in pages by position. `plain` is how
 * most would write it, rows as objects and bigints as text; `arrays` is the best that `pg` has.
 */
import { type Client, types } from 'pg';
import { RECORD_COLUMNS } from '../../src/adapters/postgres/record-rows.ts';

const PAGE = 1_000;

/** Each reads all records after the beginning, and answers with how many it saw. */
export type RawReading = (client: Client, table: string) => Promise<number>;

export const readPlain: RawReading = async (client, table) => {
  let count = 0;
  for (let after = '0'; ;) {
    const { rows } = await client.query<{ position: string }>({
      name: `plain ${table}`,
      text: pageOf(table),
      values: [after, PAGE],
    });
    count += rows.length;
    if (rows.length < PAGE) return count;
    after = rows.at(-1)?.position ?? after;
  }
};

export const readArrays: RawReading = async (client, table) => {
  let count = 0;
  const pages = pagesByHand(client, { table, columns: RECORD_COLUMNS, page: PAGE });
  for await (const rows of pages) count += rows.length;
  return count;
};

export type RawRow = readonly [position: number, ...others: string[]];

/** Pages of rows as arrays, numbers as numbers; the first column is the position. */
export async function* pagesByHand(
  client: Client,
  {
    table,
    columns,
    page,
  }: { readonly table: string; readonly columns: string; readonly page: number },
): AsyncGenerator<readonly RawRow[]> {
  for (let after = 0; ;) {
    const { rows } = await client.query<[number, ...string[]]>({
      name: `arrays ${page}`,
      text: pageOf(table, columns),
      values: [after, page],
      rowMode: 'array',
      types: NUMBERS,
    });
    yield rows;
    if (rows.length < page) return;
    after = rows.at(-1)?.[0] ?? after;
  }
}

function pageOf(table: string, columns = RECORD_COLUMNS): string {
  return `select ${columns} from ${table} where position > $1 order by position limit $2`;
}

const NUMBERS = {
  getTypeParser: (oid: number) =>
    oid === types.builtins.INT8 ? Number : (text: string): string => text,
} as typeof types;
