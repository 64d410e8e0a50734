/**
 * From the start of a process to the answer of its first durable `handle`: six contexts on an
 * empty directory. Once with the shop's contexts and once with six small ones that need no schema
 * library; with `thereupon` as built (what an application gets) and from its sources (whose types
 * Node strips at each start). The programs' own files are TypeScript in each case. The limit is a
 * process that opens one file with one table and inserts one row.
 */
import { existsSync } from 'node:fs';
import type { Benchmark } from './benchmark.ts';
import { runChild } from './child.ts';

const SOURCE = ['-C', 'thereupon-source'];
const BUILT: readonly string[] = [];

export const startUp: Benchmark = {
  name: 'start-up',
  about: 'from the start of a process to its first durable handle, six contexts',
  async measure(setting) {
    if (!existsSync('dist/index.js'))
      throw new Error('There is no dist/index.js to start from: npm run build makes it.');
    const begun: Record<string, number[]> = {};
    for (let round = 0; round < setting.runs; round += 1)
      for (const [contexts, nodeOptions, name] of STARTS) {
        setting.progress(name);
        const directory = `${setting.directory}/${name.replaceAll(' ', '-')}-${round}`;
        const { afterMs } = await runChild('start-up-child.ts', [contexts, directory], {
          nodeOptions,
        });
        (begun[name] ??= []).push(afterMs);
      }
    const raw = begun[RAW] ?? [];
    return STARTS.map(([, , name]) => {
      const values = begun[name] ?? [];
      return { metric: name, unit: 'ms', values, ...(name !== RAW && { raw }) };
    });
  },
};

const RAW = 'raw, one file and one row';
const STARTS = [
  ['raw', BUILT, RAW],
  ['small', BUILT, 'six small contexts, built'],
  ['small', SOURCE, 'six small contexts, sources'],
  ['shop', BUILT, "the shop's six contexts, built"],
  ['shop', SOURCE, "the shop's six contexts, sources"],
] as const;
