/**
 * Appending: whole commands through `app.handle`, and prepared write sets through the committer
 * alone, beside the same rows inserted by hand. One caller waits for the disk at each append; many
 * callers at once share commits, so they are held against a hundred appends a transaction. With an
 * inline read model each command also reads and writes a document, which raw does not.
 */
import { join } from 'node:path';
import { type BoundedContext, run } from 'thereupon';
import { sqlite } from 'thereupon/sqlite';
import { systemHost } from '../src/host/host.ts';
import { Committer } from '../src/log/committer.ts';
import type { NewRecord } from '../src/log/record.ts';
import { type Benchmark, type Measurement, type Setting, scaled } from './benchmark.ts';
import { counting, countingInline, ticket } from './counting.ts';
import { insertRows, openRawLog, rowOf } from './raw-log.ts';
import { stampRecords } from './stamp-records.ts';
import { secondsFor } from './stopwatch.ts';

/** The raw limit of many callers: so many appends share a transaction. */
const APPENDS_TOGETHER = 100;
const CALLERS = [1, 16, 64];
const EVENTS = [1, 10];

export const append: Benchmark = {
  name: 'append',
  about: 'appends of 1 and 10 events by 1, 16 and 64 callers at once',
  async measure(setting) {
    const measurements: Measurement[] = [];
    for (const events of EVENTS)
      for (const callers of CALLERS)
        measurements.push(...(await measureWorkload(setting, { events, callers })));
    return measurements;
  },
};

interface Workload {
  readonly events: number;
  readonly callers: number;
}

async function measureWorkload(setting: Setting, workload: Workload): Promise<Measurement[]> {
  const { events, callers } = workload;
  const appends = scaled(setting, callers === 1 ? 2_000 : 32_000 / Math.sqrt(events), 2 * callers);
  const perCaller = Math.ceil(appends / callers);
  const count = perCaller * callers * events;
  const together = callers === 1 ? 1 : APPENDS_TOGETHER;
  const ways = { raw: empty(), committer: empty(), handle: empty(), inline: empty() };
  setting.progress(`${named(workload)}, ${perCaller * callers} appends a run`);
  for (let round = 0; round < setting.runs; round += 1) {
    const directory = join(setting.directory, `${events}-${callers}-${round}`);
    const made = [...stampRecords({ tickets: callers, events, count })];
    ways.committer.push(count / (await committerSeconds(`${directory}-c`, made, callers)));
    ways.raw.push(count / (await rawSeconds(`${directory}-raw`, made, together)));
    const asked = { ...workload, perCaller };
    ways.handle.push(count / (await handleSeconds(`${directory}-h`, counting, asked)));
    ways.inline.push(count / (await handleSeconds(`${directory}-i`, countingInline, asked)));
  }
  const unit = 'events/s';
  const limit = together === 1 ? 'one append a transaction' : `${together} appends a transaction`;
  const { raw } = ways;
  return [
    { metric: `app.handle, ${named(workload)}`, unit, values: ways.handle, raw },
    { metric: `app.handle, inline read model, ${named(workload)}`, unit, values: ways.inline, raw },
    { metric: `committer alone, ${named(workload)}`, unit, values: ways.committer, raw },
    { metric: `raw, ${named(workload)}, ${limit}`, unit, values: raw },
  ];
}

function empty(): number[] {
  return [];
}

function named({ events, callers }: Workload): string {
  return `${events} event${events === 1 ? '' : 's'}, ${callers} caller${callers === 1 ? '' : 's'}`;
}

async function handleSeconds(
  directory: string,
  context: BoundedContext,
  { events, callers, perCaller }: Workload & { readonly perCaller: number },
): Promise<number> {
  const app = await run([context], { store: sqlite(directory) });
  const caller = async (_: unknown, index: number): Promise<void> => {
    const command = { type: 'Stamp', data: { times: events } } as const;
    for (let done = 0; done < perCaller; done += 1) await app.handle(ticket, `t-${index}`, command);
  };
  const seconds = await secondsFor(() => Promise.all(Array.from({ length: callers }, caller)));
  await app.stop();
  return seconds;
}

async function committerSeconds(
  directory: string,
  made: readonly (readonly NewRecord[])[],
  callers: number,
): Promise<number> {
  const log = await sqlite(directory).open('counting');
  const committer = new Committer(log, systemHost().clock);
  const caller = async (_: unknown, index: number): Promise<void> => {
    for (let next = index; next < made.length; next += callers) {
      const outcome = await committer.commit({ records: made[next] ?? [] });
      if (outcome.kind !== 'committed') throw new Error(`not committed: ${outcome.kind}`);
    }
  };
  const seconds = await secondsFor(() => Promise.all(Array.from({ length: callers }, caller)));
  await log.close();
  return seconds;
}

async function rawSeconds(
  path: string,
  made: readonly (readonly NewRecord[])[],
  appendsTogether: number,
): Promise<number> {
  const database = openRawLog(path);
  const rows = made.flat().map(rowOf);
  const rowsTogether = appendsTogether * (made[0]?.length ?? 1);
  const seconds = await secondsFor(() => insertRows(database, rows, rowsTogether));
  database.close();
  return seconds;
}
