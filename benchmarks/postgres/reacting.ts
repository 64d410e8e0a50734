/**
 * Reactions to a log with a past, in one process: to events of 1,000 streams in turn, so that no key
 * comes twice in a batch, and of 100, so that each does. Those that append do it by a command to
 * another aggregate, one event each. By hand the same is done for 500 events at a time in one
 * statement: a page is read, its payloads are parsed, as many rows are appended, and the checkpoint
 * moves.
 */
import { aggregate, type BoundedContext, boundedContext, happened, run, whenever } from 'thereupon';
import { postgres } from 'thereupon/postgres';
import type { PostgresServer } from '../../scripts/services/postgres.ts';
import { type Benchmark, type Measurement, type Setting, scaled } from '../benchmark.ts';
import { type Stamped, stamped, ticket } from '../counting.ts';
import { stampRecords } from '../stamp-records.ts';
import { fillPostgresLog } from './fill-postgres-log.ts';
import { inCopy, inDatabase, onServer } from './measured-server.ts';
import { appendByHand, countByHand } from './raw-reacting.ts';

const STREAMS = [1_000, 100];

export const reacting: Benchmark = {
  name: 'postgres-reacting',
  about: 'reactions that append one event each, and that only count, on PostgreSQL',
  measure: (setting) =>
    onServer(setting, async (server) => {
      const measurements: Measurement[] = [];
      for (const streams of STREAMS)
        measurements.push(
          ...(await inDatabase(server, (url) => measureOn(setting, { server, url, streams }))),
        );
      return measurements;
    }),
};

async function measureOn(
  setting: Setting,
  { server, url, streams }: { server: PostgresServer; url: string; streams: number },
): Promise<Measurement[]> {
  const count = scaled(setting, 200_000, 1_000);
  setting.progress(`making ${count} events of ${streams} streams`);
  await fillPostgresLog(url, 'counting', stampRecords({ tickets: streams, events: 1, count }));
  setting.progress(`handling them ${setting.runs} times`);
  const rates: Record<keyof typeof WAYS, number[]> = {
    rawAppend: [],
    append: [],
    rawCount: [],
    count: [],
  };
  for (let round = 0; round < setting.runs; round += 1)
    for (const [way, seconds] of Object.entries(WAYS))
      rates[way as keyof typeof WAYS].push(
        count / (await inCopy(server, url, (copy) => seconds(copy, count))),
      );
  const metric = (name: string, values: readonly number[], raw: readonly number[]) => ({
    metric: `${name}, ${streams} streams`,
    unit: 'events/s',
    values,
    raw,
  });
  return [
    metric('a reaction that appends one event', rates.append, rates.rawAppend),
    metric('a reaction that counts', rates.count, rates.rawCount),
  ];
}

/** Each handles all events, and says how long it took. */
export const WAYS = {
  rawAppend: appendByHand,
  append: (url: string, count: number) => secondsToHandle(url, count, appending),
  rawCount: countByHand,
  count: (url: string, count: number) => secondsToHandle(url, count, counting),
};

type Making = (onHandled: () => void) => BoundedContext;

/** From the start of the application to the moment when nothing is left to do. */
async function secondsToHandle(url: string, count: number, making: Making): Promise<number> {
  let handled = 0;
  const context = making(() => void (handled += 1));
  const begin = performance.now();
  const app = await run([context], { store: postgres(url) });
  await app.settled({ timeoutMs: 600_000 });
  const seconds = (performance.now() - begin) / 1_000;
  await app.stop();
  if (handled < count) throw new Error(`${handled} of ${count} events were handled.`);
  return seconds;
}

const counting: Making = (onHandled) =>
  boundedContext('counting', {
    aggregates: [ticket],
    reactions: [
      whenever('count', happened(ticket, 'Stamped'), onHandled, { startFrom: 'beginning' }),
    ],
  });

type Copy = { readonly type: 'Copy'; readonly data: object };
type Copied = { readonly type: 'Copied'; readonly data: Stamped['data'] };

const appending: Making = (onHandled) => {
  const copy = aggregate({
    name: 'copy',
    initial: { copies: 0 },
    decide: (_: Copy, state: { copies: number }): Copied[] => [
      { type: 'Copied', data: stamped(state.copies).data },
    ],
    evolve: (state: { copies: number }, event: Copied) =>
      event.type === 'Copied' ? { copies: state.copies + 1 } : state,
  });
  return boundedContext('counting', {
    aggregates: [ticket, copy],
    reactions: [
      whenever(
        'copy',
        happened(ticket, 'Stamped'),
        async ({ stream }, { handle }) => {
          onHandled();
          await handle(copy, stream.slice('ticket/'.length), { type: 'Copy', data: {} });
        },
        { startFrom: 'beginning' },
      ),
    ],
  });
};
