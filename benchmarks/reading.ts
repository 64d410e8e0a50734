/** Reading through the port: one stream, and the whole log in pages, beside bare selects. */
import { sqlite } from 'thereupon/sqlite';
import { type Benchmark, type Measurement, type Setting, scaled } from './benchmark.ts';
import { fillLog } from './fill-log.ts';
import { RawReader } from './raw-reading.ts';
import { stampRecords } from './stamp-records.ts';
import { secondsFor } from './stopwatch.ts';

const PAGE = 1_000;
const STREAM_EVENTS = 1_000;

export const readStream: Benchmark = {
  name: 'read-stream',
  about: `streams of ${STREAM_EVENTS} events, each read as a whole`,
  async measure(setting) {
    const streams = scaled(setting, 100, 2);
    const events = scaled(setting, STREAM_EVENTS, 10);
    return compare(setting, {
      metric: `streams of ${events} events`,
      tickets: streams,
      count: streams * events,
      async own(log) {
        let read = 0;
        for (let ticket = 0; ticket < streams; ticket += 1)
          read += (await log.readStream(`ticket/t-${ticket}`, { limit: events })).length;
        return read;
      },
      raw(reader) {
        let read = 0;
        for (let ticket = 0; ticket < streams; ticket += 1)
          read += reader.countStream(`ticket/t-${ticket}`);
        return read;
      },
    });
  },
};

export const readLog: Benchmark = {
  name: 'read-log',
  about: `a whole log in pages of ${PAGE} records`,
  async measure(setting) {
    const count = scaled(setting, 200_000, 2_000);
    return compare(setting, {
      metric: `a log of ${count} records`,
      tickets: 1_000,
      count,
      async own(log) {
        let read = 0;
        for (let after = 0; ;) {
          const page = await log.read({ after, limit: PAGE });
          read += page.length;
          if (page.length < PAGE) return read;
          after = page.at(-1)?.position ?? after;
        }
      },
      raw: (reader) => reader.countLog(PAGE),
    });
  },
};

type Log = Awaited<ReturnType<ReturnType<typeof sqlite>['reader']>>;

async function compare(
  setting: Setting,
  what: {
    readonly metric: string;
    readonly tickets: number;
    readonly count: number;
    readonly own: (log: Log) => Promise<number>;
    readonly raw: (reader: RawReader) => number;
  },
): Promise<Measurement[]> {
  const { metric, tickets, count } = what;
  setting.progress(`making ${count} records`);
  const records = stampRecords({ tickets, events: 1, count });
  const path = await fillLog(
    setting.directory,
    'counting',
    (function* () {
      for (const made of records) yield* made;
    })(),
  );
  const log = await sqlite(setting.directory).reader('counting');
  const reader = new RawReader(path);
  const values: number[] = [];
  const raw: number[] = [];
  setting.progress(`reading ${metric}`);
  for (let run = 0; run < setting.runs; run += 1) {
    raw.push(count / (await secondsFor(() => assertAll(count, what.raw(reader)))));
    values.push(count / (await secondsFor(async () => assertAll(count, await what.own(log)))));
  }
  reader.close();
  await log.close();
  return [{ metric, unit: 'records/s', values, raw }];
}

function assertAll(count: number, read: number): void {
  if (read !== count) throw new Error(`${read} of ${count} records were read.`);
}
