/**
 * Rebuilding a read model of documents, with an index, from a million small events: of 1,000 streams
 * in turn, so that a batch touches each document a few times, and of 100,000 streams that lived one
 * after the other, ten events each. The raw limit is a fold by hand: all events are read and parsed,
 * folded in memory, and each document is written once, all in one transaction.
 */
import { boundedContext, readModel, run, type } from 'thereupon';
import { postgres } from 'thereupon/postgres';
import type { PostgresServer } from '../../scripts/services/postgres.ts';
import { type Benchmark, type Measurement, type Setting, scaled } from '../benchmark.ts';
import { ticket } from '../counting.ts';
import { stampRecords } from '../stamp-records.ts';
import { secondsFor } from '../stopwatch.ts';
import { fillPostgresLog } from './fill-postgres-log.ts';
import { inDatabase, onServer } from './measured-server.ts';
import { foldStamped, rebuildByHand } from './raw-rebuild.ts';

const SHAPES = [
  { name: '1,000 documents in turn', tickets: 1_000, events: 1 },
  { name: '100,000 documents one after the other', tickets: 100_000, events: 10 },
];

const tickets = readModel({
  name: 'tickets',
  version: 1,
  document: type<{ stamps: number; totalPence: number }>(),
  from: [ticket],
  by: (event) => event.stream,
  evolve: { Stamped: (document, { data }) => foldStamped(document, data) },
  index: ['stamps'],
});

export const rebuilding: Benchmark = {
  name: 'postgres-rebuild',
  about: 'a read model from 1,000,000 events, on PostgreSQL',
  measure: (setting) =>
    onServer(setting, async (server) => {
      const measurements: Measurement[] = [];
      for (const shape of SHAPES)
        measurements.push(await inDatabase(server, (url) => rebuild(setting, server, url, shape)));
      return measurements;
    }),
};

async function rebuild(
  setting: Setting,
  server: PostgresServer,
  url: string,
  shape: (typeof SHAPES)[number],
): Promise<Measurement> {
  const count = scaled(setting, 1_000_000, 2_000);
  setting.progress(`making ${count} events, ${shape.name}`);
  await fillPostgresLog(url, 'counting', stampRecords({ ...shape, count }));
  const context = boundedContext('counting', { aggregates: [ticket], readModels: [tickets] });
  const app = await run([context], { store: postgres(url) });
  await app.settled({ timeoutMs: 600_000 });
  setting.progress(`rebuilding ${setting.runs} times`);
  const values: number[] = [];
  const raw: number[] = [];
  for (let round = 0; round < setting.runs; round += 1) {
    await server.query('checkpoint');
    raw.push(count / (await secondsFor(() => rebuildByHand(url, count))));
    await server.query('checkpoint');
    values.push(count / (await secondsFor(() => app.rebuild(tickets))));
  }
  await app.stop();
  return { metric: `events folded, ${shape.name}`, unit: 'events/s', values, raw };
}
