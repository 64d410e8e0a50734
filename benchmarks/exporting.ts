/**
 * Exporting a log to a file as CloudEvents: what was published, and all of it, on a log of the shape
 * that a replayed year of the shop leaves behind. The raw limit does the same by hand: all rows of
 * the log as they are, an object of each made JSON, a thousand at a time to a file.
 */
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { boundedContext } from 'thereupon';
import { sqlite } from 'thereupon/sqlite';
import { exportEvents } from '../src/cli/export-events.ts';
import { beginExportFile } from '../src/cli/export-file.ts';
import { systemHost } from '../src/host/host.ts';
import { type Benchmark, type Setting, scaled } from './benchmark.ts';
import { fillLog } from './fill-log.ts';
import { ORDERS_OF_A_YEAR, orderLog } from './order-log.ts';
import { RawReader } from './raw-reading.ts';
import { secondsFor } from './stopwatch.ts';

const PAGE = 1_000;

export const exporting: Benchmark = {
  name: 'export',
  about: 'a log of a year to a file, as CloudEvents',
  async measure(setting) {
    const orders = scaled(setting, ORDERS_OF_A_YEAR, 100);
    setting.progress(`making the log of ${orders} orders`);
    const path = await fillLog(setting.directory, 'ordering', orderLog(orders));
    const rates = { all: [] as number[], published: [] as number[], raw: [] as number[] };
    for (let run = 0; run < setting.runs; run += 1) {
      setting.progress(`exporting, run ${run + 1}`);
      rates.raw.push(await rate(async () => exportByHand(path, `${setting.directory}/raw`)));
      rates.all.push(await rate(() => exportToFile(setting, true)));
      rates.published.push(await rate(() => exportToFile(setting, false)));
    }
    const unit = 'events/s';
    return [
      { metric: 'every record', unit, values: rates.all, raw: rates.raw },
      { metric: 'what was published', unit, values: rates.published },
    ];
  },
};

/** How many a second. */
async function rate(work: () => Promise<number>): Promise<number> {
  let count = 0;
  const seconds = await secondsFor(async () => (count = await work()));
  return count / seconds;
}

async function exportToFile({ directory }: Setting, isAll: boolean): Promise<number> {
  const config = { contexts: [boundedContext('ordering', {})], store: sqlite(directory) };
  const file = await beginExportFile(`${directory}/exported.ndjson`, true);
  const none = { update: () => undefined, end: () => undefined };
  const { count } = await exportEvents(
    config,
    { context: undefined, isAll, after: 0, limit: Number.POSITIVE_INFINITY, isMasked: false },
    {
      pour: file.pour,
      progress: () => none,
      clock: systemHost().clock,
      signal: new AbortController().signal,
    },
  );
  await file.keep();
  return count;
}

function exportByHand(path: string, to: string): number {
  const reader = new RawReader(path);
  const file = openSync(to, 'w');
  let count = 0;
  for (const rows of reader.pages(PAGE)) {
    writeSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    count += rows.length;
  }
  fsyncSync(file);
  closeSync(file);
  reader.close();
  rmSync(to);
  return count;
}
