/**
 * Importing a file of CloudEvents while the application that takes them in runs in another process,
 * as `thereupon import` does: until all are in the log, and until all are handled as well. The raw limit
 * does the same by hand in one process: each line parsed, and a row of the log and one of the
 * messages received for each, a thousand in a transaction.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, createReadStream, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { sqlite } from 'thereupon/sqlite';
import { structuredText } from '../src/backbone/cloud-event.ts';
import { importEvents } from '../src/cli/import-events.ts';
import { importLines } from '../src/cli/import-lines.ts';
import { systemHost } from '../src/host/host.ts';
import { type Benchmark, scaled } from './benchmark.ts';
import { stamped } from './counting.ts';
import { importContexts } from './import-contexts.ts';
import { openRawLog, prepareInsert } from './raw-log.ts';

const MESSAGES = 200_000;
const TICKETS = 1_000;
const READ_BYTES = 256 * 1024;
const ROWS_TOGETHER = 1_000;

export const importing: Benchmark = {
  name: 'import',
  about: 'a file of CloudEvents, taken in by an application in another process',
  async measure(setting) {
    const count = scaled(setting, MESSAGES, 2_000);
    setting.progress(`making a file of ${count} messages`);
    const file = join(setting.directory, 'messages.ndjson');
    writeMessages(file, count);
    const rates = { taken: [] as number[], handled: [] as number[], raw: [] as number[] };
    for (let run = 0; run < setting.runs; run += 1) {
      setting.progress(`importing, run ${run + 1}`);
      const rate = (beganMs: number): number => count / ((performance.now() - beganMs) / 1_000);
      const beganMs = performance.now();
      await importByHand(file, join(setting.directory, `raw-${run}.sqlite`));
      rates.raw.push(rate(beganMs));
      const directory = join(setting.directory, `run-${run}`);
      mkdirSync(directory);
      const child = await startChild(directory);
      const importedMs = performance.now();
      await importFile(file, directory, count);
      rates.taken.push(rate(importedMs));
      await settled(child, count);
      rates.handled.push(rate(importedMs));
      await stopChild(child);
    }
    const unit = 'messages/s';
    return [
      { metric: 'taken in', unit, values: rates.taken, raw: rates.raw },
      { metric: 'taken in and handled', unit, values: rates.handled },
    ];
  },
};

function writeMessages(path: string, count: number): void {
  const { ids, clock } = systemHost();
  const file = openSync(path, 'w');
  for (let made = 0; made < count; made += ROWS_TOGETHER) {
    const lines = Array.from({ length: Math.min(ROWS_TOGETHER, count - made) }, (_, index) => {
      const ticketId = `t-${(made + index) % TICKETS}`;
      const time = new Date(clock.now()).toISOString();
      const attributes = {
        specversion: '1.0',
        id: ids.next(),
        source: '/ticketing',
        type: 'ticketing.Stamped',
        time,
        partitionkey: ticketId,
        schemaversion: '1',
        recordedat: time,
        correlationid: ids.next(),
        causationid: ids.next(),
      };
      const { data } = stamped(made + index);
      return `${structuredText(attributes, JSON.stringify({ ...data, ticketId }))}\n`;
    });
    writeSync(file, lines.join(''));
  }
  closeSync(file);
}

async function importFile(file: string, directory: string, count: number): Promise<void> {
  const config = { contexts: importContexts, store: sqlite(directory) };
  const { signal } = new AbortController();
  const by = { who: 'benchmark', why: 'measured' };
  const form = { context: undefined, by, waitMs: 60_000, isDryRun: false };
  const { into } = await importEvents(config, form, {
    lines: importLines(createReadStream(file, { highWaterMark: READ_BYTES }), signal),
    onBad: (line, why) => {
      throw new Error(`line ${line}: ${why}`);
    },
    onProgress: () => undefined,
    host: systemHost(),
    signal,
  });
  if (into[0]?.taken !== count) throw new Error(`Not all was taken in: ${JSON.stringify(into)}`);
}

async function startChild(directory: string): Promise<ChildProcess> {
  const program = join(import.meta.dirname, 'importing-child.ts');
  const child = fork(program, [directory], { execArgv: ['-C', 'thereupon-source'] });
  await once(child, 'message');
  return child;
}

async function settled(child: ChildProcess, count: number): Promise<void> {
  child.send('settle');
  const [counted] = (await once(child, 'message')) as [number];
  if (counted !== count) throw new Error(`${counted} of ${count} were handled.`);
}

async function stopChild(child: ChildProcess): Promise<void> {
  child.disconnect();
  await once(child, 'exit');
}

async function importByHand(file: string, path: string): Promise<void> {
  const database = openRawLog(path);
  const insert = prepareInsert(database);
  const receive = database.prepare('insert into received (source, id, at) values (?, ?, ?)');
  let open = 0;
  for await (const line of createInterface(createReadStream(file))) {
    if (open === 0) database.exec('begin immediate');
    const event = JSON.parse(line) as Record<string, string>;
    const { id = '', type = '', time = '', partitionkey = '', data, correlationid = '' } = event;
    const at = Date.parse(time);
    receive.run('ticketing', id, at);
    insert.run(
      ...[id, 'incoming', null, null, type, 1, partitionkey, JSON.stringify(data), 'ticketing'],
      ...[at, at, correlationid, event['causationid'] ?? '', null, null],
    );
    open = (open + 1) % ROWS_TOGETHER;
    if (open === 0) database.exec('commit');
  }
  if (open > 0) database.exec('commit');
  database.close();
}
