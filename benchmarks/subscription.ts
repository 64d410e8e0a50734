/**
 * Subscriptions that only count: a reaction and a read model over a log with a past, from the
 * beginning to its end. What is left when the handler costs nothing. The raw limit reads the same
 * records and parses their data, and keeps no checkpoint.
 */
import { DatabaseSync } from 'node:sqlite';
import {
  type BoundedContext,
  boundedContext,
  happened,
  readModel,
  run,
  type,
  whenever,
} from 'thereupon';
import { sqlite } from 'thereupon/sqlite';
import { type Benchmark, scaled } from './benchmark.ts';
import { ticket } from './counting.ts';
import { copyLog } from './copy-log.ts';
import { fillLog } from './fill-log.ts';
import { stampRecords } from './stamp-records.ts';
import { secondsFor } from './stopwatch.ts';

export const subscription: Benchmark = {
  name: 'subscription',
  about: 'a reaction and a read model that only count, from the beginning of a log',
  async measure(setting) {
    const count = scaled(setting, 100_000, 2_000);
    const values = { raw: [] as number[], reaction: [] as number[], model: [] as number[] };
    setting.progress(`making ${count} records`);
    const made = `${setting.directory}/made`;
    const path = await fillLog(made, 'counting', records(count));
    setting.progress(`counting them ${setting.runs} times`);
    for (let run = 0; run < setting.runs; run += 1) {
      const to = `${setting.directory}/${run}`;
      values.raw.push(count / (await secondsFor(() => countByHand(path, count))));
      values.reaction.push(count / (await secondsToCount(made, `${to}-reaction`, reacting())));
      values.model.push(count / (await secondsToCount(made, `${to}-model`, modelling())));
    }
    const unit = 'events/s';
    const { raw } = values;
    return [
      { metric: 'a reaction that counts', unit, values: values.reaction, raw },
      { metric: 'a read model that counts in one document', unit, values: values.model, raw },
    ];
  },
};

function* records(count: number) {
  for (const made of stampRecords({ tickets: 1_000, events: 1, count })) yield* made;
}

function reacting(): BoundedContext {
  let count = 0;
  const onStamped = happened(ticket, 'Stamped');
  const counts = whenever('count', onStamped, () => void (count += 1), { startFrom: 'beginning' });
  return boundedContext('counting', { aggregates: [ticket], reactions: [counts] });
}

function modelling(): BoundedContext {
  const total = readModel({
    name: 'total',
    version: 1,
    document: type<{ count: number }>(),
    from: [ticket],
    by: () => 'all',
    evolve: { Stamped: (document) => ({ count: (document?.count ?? 0) + 1 }) },
  });
  return boundedContext('counting', { aggregates: [ticket], readModels: [total] });
}

/** From the start of the application to the moment when nothing is left to do. */
async function secondsToCount(from: string, to: string, context: BoundedContext): Promise<number> {
  copyLog(from, to, 'counting');
  const begin = performance.now();
  const app = await run([context], { store: sqlite(to) });
  await app.settled({ timeoutMs: 600_000 });
  const seconds = (performance.now() - begin) / 1_000;
  await app.stop();
  return seconds;
}

function countByHand(path: string, wanted: number): void {
  const database = new DatabaseSync(path, { readOnly: true });
  const select = database.prepare('select position, type, data from log order by position');
  select.setReturnArrays(true);
  let count = 0;
  for (const row of select.iterate() as unknown as Iterable<[number, string, string]>) {
    const data = JSON.parse(row[2]) as unknown;
    if (row[1] === 'Stamped' && data !== null) count += 1;
  }
  database.close();
  if (count !== wanted) throw new Error(`${count} of ${wanted} events were counted.`);
}
