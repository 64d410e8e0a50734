/**
 * Reading a log of a million records from its beginning: through the port in pages, and by
 * subscriptions that only count, beside pages by hand of the same table. Whoever subscribes also
 * parses, deals by key, and keeps a checkpoint.
 */
import { Client } from 'pg';
import {
  type BoundedContext,
  boundedContext,
  happened,
  readModel,
  type,
  whenever,
} from 'thereupon';
import { run } from 'thereupon';
import { postgres } from 'thereupon/postgres';
import { type Benchmark, type Measurement, scaled } from '../benchmark.ts';
import { ticket } from '../counting.ts';
import { stampRecords } from '../stamp-records.ts';
import { secondsFor } from '../stopwatch.ts';
import { fillPostgresLog } from './fill-postgres-log.ts';
import { inDatabase, onServer } from './measured-server.ts';
import { type RawReading, readArrays, readPlain } from './raw-reading.ts';

export const reading: Benchmark = {
  name: 'postgres-reading',
  about: 'a log of 1,000,000 records: in pages, and by subscriptions that count',
  measure: (setting) =>
    onServer(setting, (server) =>
      inDatabase(server, async (url) => {
        const count = scaled(setting, 1_000_000, 2_000);
        setting.progress(`making ${count} records`);
        const records = stampRecords({ tickets: 1_000, events: 1, count });
        await fillPostgresLog(url, 'counting', records);
        setting.progress(`reading them ${setting.runs} times`);
        const rates = Object.fromEntries(READERS.map(({ name }) => [name, [] as number[]]));
        for (let round = 0; round < setting.runs; round += 1)
          for (const reader of READERS) {
            const seconds = await reader.read({ url, round, count });
            rates[reader.name]?.push(count / seconds);
          }
        const raw = rates[LIMIT] ?? [];
        return READERS.map(({ name }): Measurement => ({
          metric: name,
          unit: 'records/s',
          values: rates[name] ?? [],
          raw,
        }));
      }),
    ),
};

interface Asked {
  readonly url: string;
  readonly round: number;
  readonly count: number;
}

/** Somebody who reads all of it, and says how long it took. */
interface Reader {
  readonly name: string;
  readonly read: (asked: Asked) => Promise<number>;
}

/** What all are held against. */
const LIMIT = 'raw, pages of 1,000, rows as arrays';

const READERS: readonly Reader[] = [
  { name: LIMIT, read: byHand(readArrays) },
  { name: 'raw, pages of 1,000, plain', read: byHand(readPlain) },
  { name: 'the port, pages of 1,000', read: byPages },
  { name: 'a reaction that counts', read: (asked) => bySubscription(asked, reacting(asked)) },
  { name: 'a read model that counts', read: (asked) => bySubscription(asked, modelling(asked)) },
];

function byHand(read: RawReading): Reader['read'] {
  return async ({ url, count }) => {
    const client = new Client(url);
    await client.connect();
    const seconds = await secondsFor(async () =>
      assertAll(count, await read(client, 'counting.log')),
    );
    await client.end();
    return seconds;
  };
}

async function byPages({ url, count }: Asked): Promise<number> {
  const log = await postgres(url).reader('counting');
  const limit = 1_000;
  const seconds = await secondsFor(async () => {
    let read = 0;
    for (let after = 0; ;) {
      const page = await log.read({ after, limit });
      read += page.length;
      if (page.length < limit) return assertAll(count, read);
      after = page.at(-1)?.position ?? after;
    }
  });
  await log.close();
  return seconds;
}

/** From the start of the application to the moment when nothing is left to do. */
async function bySubscription(
  { url, count }: Asked,
  { context, counted }: { readonly context: BoundedContext; readonly counted: () => number },
): Promise<number> {
  const begin = performance.now();
  const app = await run([context], { store: postgres(url) });
  await app.settled({ timeoutMs: 600_000 });
  const seconds = (performance.now() - begin) / 1_000;
  assertAll(count, counted());
  await app.stop();
  return seconds;
}

/** New for each run: it begins at the beginning. */
function reacting({ round }: Asked) {
  let count = 0;
  const onStamped = happened(ticket, 'Stamped');
  const counts = whenever(`count ${round}`, onStamped, () => void (count += 1), {
    startFrom: 'beginning',
  });
  const context = boundedContext('counting', { aggregates: [ticket], reactions: [counts] });
  return { context, counted: () => count };
}

function modelling({ round }: Asked) {
  let count = 0;
  const total = readModel({
    name: `total ${round}`,
    version: 1,
    document: type<{ count: number }>(),
    from: [ticket],
    by: () => 'all',
    evolve: {
      Stamped(document) {
        count += 1;
        return { count: (document?.count ?? 0) + 1 };
      },
    },
  });
  const context = boundedContext('counting', { aggregates: [ticket], readModels: [total] });
  return { context, counted: () => count };
}

function assertAll(count: number, read: number): void {
  if (read !== count) throw new Error(`${read} of ${count} records were read.`);
}
