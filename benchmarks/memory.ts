/**
 * Memory while a long log is read: by the port in pages, and by a reaction that counts. Each in a
 * process of its own; the peak is what the whole process holds, Node and its heap among it. The
 * file is kept for the next time.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Benchmark, type Setting, scaled } from './benchmark.ts';
import { runChild } from './child.ts';
import { fillLog } from './fill-log.ts';
import { stampRecords } from './stamp-records.ts';

export const memory: Benchmark = {
  name: 'memory',
  about: 'the peak of a process that reads --records records',
  async measure(setting) {
    const count = scaled(setting, setting.records, 1_000);
    const directory = await keptLog(setting, count);
    const peaks = { nothing: [] as number[], pages: [] as number[], reaction: [] as number[] };
    for (let round = 0; round < setting.runs; round += 1)
      for (const way of ['nothing', 'pages', 'reaction'] as const) {
        setting.progress(`reading ${count} records, ${way}`);
        peaks[way].push(await peakMiB(directory, way, count));
      }
    const unit = 'MiB';
    return [
      { metric: 'a process that opened the log and read nothing', unit, values: peaks.nothing },
      { metric: `${count} records read in pages`, unit, values: peaks.pages },
      { metric: `${count} records through a reaction`, unit, values: peaks.reaction },
    ];
  },
};

async function peakMiB(directory: string, way: string, count: number): Promise<number> {
  const { line } = await runChild('benchmarks/memory-child.ts', [directory, way]);
  const seen = JSON.parse(line) as { readonly records: number; readonly peakMiB: number };
  const wanted = way === 'nothing' ? 0 : count;
  if (seen.records !== wanted) throw new Error(`${seen.records} of ${wanted} records were read.`);
  return seen.peakMiB;
}

/** Made under another name, so that what was made only in part is never taken for the whole. */
async function keptLog(setting: Setting, count: number): Promise<string> {
  const directory = join(setting.cache, `records-${count}`);
  if (existsSync(directory)) return directory;
  const making = `${directory}-being-made`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  await fillLog(making, 'counting', told(setting, count));
  renameSync(making, directory);
  return directory;
}

function* told(setting: Setting, count: number) {
  let made = 0;
  for (const records of stampRecords({ tickets: 10_000, events: 1, count })) {
    yield* records;
    if ((made += 1) % 500_000 === 0) setting.progress(`made ${made} of ${count} records`);
  }
}
