import { Client } from 'pg';
import type { Stamped } from '../counting.ts';
import { pagesByHand } from './raw-reading.ts';

const DOCUMENTS_AT_ONCE = 10_000;

interface Document {
  readonly stamps: number;
  readonly totalPence: number;
}

/** The fold, ours and by hand. */
export function foldStamped(document: Document | undefined, data: Stamped['data']): Document {
  return {
    stamps: (document?.stamps ?? 0) + 1,
    totalPence: (document?.totalPence ?? 0) + data.totalPence,
  };
}

/** Folds all events of `counting` into a new table, which goes afterwards. */
export async function rebuildByHand(url: string, count: number): Promise<void> {
  const client = new Client(url);
  await client.connect();
  const documents = new Map<string, Document>();
  let folded = 0;
  const columns = 'position, type, stream, data';
  for await (const rows of pagesByHand(client, { table: 'counting.log', columns, page: 5_000 })) {
    for (const [, type, stream = '', data = ''] of rows)
      if (type === 'Stamped')
        documents.set(
          stream,
          foldStamped(documents.get(stream), JSON.parse(data) as Stamped['data']),
        );
    folded += rows.length;
  }
  if (folded !== count) throw new Error(`${folded} of ${count} events were folded.`);
  await writeDocuments(client, documents);
  await client.query('drop table by_hand');
  await client.end();
}

/** The index last, as `pg_restore` does it. */
async function writeDocuments(
  client: Client,
  documents: ReadonlyMap<string, Document>,
): Promise<void> {
  await client.query('begin');
  await client.query(
    'create table by_hand (key text collate "C" not null, document json not null)',
  );
  const all = [...documents];
  for (let first = 0; first < all.length; first += DOCUMENTS_AT_ONCE) {
    const some = all.slice(first, first + DOCUMENTS_AT_ONCE);
    await client.query({
      name: 'write',
      text: 'insert into by_hand select key, document::json from unnest($1::text[], $2::text[]) as given (key, document)',
      values: [some.map(([key]) => key), some.map(([, document]) => JSON.stringify(document))],
    });
  }
  await client.query('alter table by_hand add primary key (key)');
  await client.query(`create index by_hand_stamps on by_hand (((document ->> 'stamps')::numeric))`);
  await client.query('commit');
}
