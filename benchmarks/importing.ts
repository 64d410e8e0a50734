/**
 * Importing a file of CloudEvents while the application that takes them in runs in another process,
 * as `thereupon import` does: until all are in the log, and until all are handled as well. The raw limit
 * does the same by hand in one process: each line parsed, and a row of the log and one of the
 * messages received for each, a thousand in a transaction. Ids ascend, as ours do, or are at random, as
 * those of most other systems are: then each message changes pages all over three indexes.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, createReadStream, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { sqlite } from 'thereupon/sqlite';
import { structuredText } from '../src/backbone/cloud-event.ts';
import { importEvents } from '../src/cli/import-events.ts';
import { importLines } from '../src/cli/import-lines.ts';
import { systemHost } from '../src/host/host.ts';
import type { NewRecord } from '../src/log/record.ts';
import { type Benchmark, type Setting, scaled } from './benchmark.ts';
import { stamped } from './counting.ts';
import { importContexts } from './import-contexts.ts';
import { openRawLog, prepareInsert, rowOf } from './raw-log.ts';

const MESSAGES = 200_000;
const TICKETS = 1_000;
const READ_BYTES = 256 * 1024;
const ROWS_TOGETHER = 1_000;

export const importing: Benchmark = {
  name: 'import',
  about: 'a file of CloudEvents, taken in by an application in another process',
  async measure(setting) {
    const count = scaled(setting, MESSAGES, 2_000);
    setting.progress(`making two files of ${count} messages`);
    const { ids } = systemHost();
    const ascending = await measureFile(setting, count, () => ids.next());
    const random = await measureFile(setting, count, randomUUID);
    const unit = 'records/s';
    return [
      { metric: 'taken in', unit, values: ascending.taken, raw: ascending.raw },
      { metric: 'taken in and handled', unit, values: ascending.handled },
      { metric: 'taken in, ids at random', unit, values: random.taken, raw: random.raw },
    ];
  },
};

/** What a file gives whose messages have such ids. */
async function measureFile(setting: Setting, count: number, nextId: () => string) {
  const rates = { taken: [] as number[], handled: [] as number[], raw: [] as number[] };
  const file = join(setting.directory, 'messages.ndjson');
  writeMessages(file, count, nextId);
  for (let run = 0; run < setting.runs; run += 1) {
    setting.progress(`importing, run ${run + 1}`);
    const rate = (beganMs: number): number => count / ((performance.now() - beganMs) / 1_000);
    const directory = join(setting.directory, 'run');
    mkdirSync(directory);
    const beganMs = performance.now();
    await importByHand(file, join(directory, 'raw.sqlite'));
    rates.raw.push(rate(beganMs));
    const child = await startChild(directory);
    const importedMs = performance.now();
    await importFile(file, directory, count);
    rates.taken.push(rate(importedMs));
    await settled(child, count);
    rates.handled.push(rate(importedMs));
    await stopChild(child);
    rmSync(directory, { recursive: true });
  }
  return rates;
}

function writeMessages(path: string, count: number, nextId: () => string): void {
  const { clock } = systemHost();
  const file = openSync(path, 'w');
  for (let made = 0; made < count; made += ROWS_TOGETHER) {
    const lines = Array.from({ length: Math.min(ROWS_TOGETHER, count - made) }, (_, index) => {
      const ticketId = `t-${(made + index) % TICKETS}`;
      const time = new Date(clock.now()).toISOString();
      const attributes = {
        specversion: '1.0',
        id: nextId(),
        source: '/ticketing',
        type: 'ticketing.Stamped',
        time,
        partitionkey: ticketId,
        schemaversion: '1',
        recordedat: time,
        correlationid: nextId(),
        causationid: nextId(),
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
    const { id = '', type = '', time = '', partitionkey: key = '' } = event;
    const at = Date.parse(time);
    receive.run('ticketing', id, at);
    const record: NewRecord = {
      id,
      direction: 'incoming',
      stream: null,
      version: null,
      type,
      schemaVersion: 1,
      key,
      data: JSON.stringify(event['data']),
      source: 'ticketing',
      occurredAt: at,
      recordedAt: at,
      correlationId: event['correlationid'] ?? id,
      causationId: event['causationid'] ?? id,
      traceparent: null,
      metadata: null,
    };
    insert.run(...rowOf(record));
    open = (open + 1) % ROWS_TOGETHER;
    if (open === 0) database.exec('commit');
  }
  if (open > 0) database.exec('commit');
  database.close();
}
