/**
 * From the start of a process to the answer of its first durable `handle`: six contexts on an
 * empty directory. Once with six small contexts that need no schema library and once with the
 * shop's; built, as an application is run, and from sources, whose types Node strips at each start.
 * The limit is a process that opens one file, makes one table and inserts one row.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Benchmark } from './benchmark.ts';
import { runChild } from './child.ts';
import { javaScript, stripTypes } from './strip-types.ts';

const CHILD = 'benchmarks/start-up-child.ts';
const PROGRAMS = [CHILD, 'benchmarks/six-contexts.ts', 'examples/shop'];
const RAW = 'raw: one file, one table, one row';

export const startUp: Benchmark = {
  name: 'start-up',
  about: 'from the start of a process to its first durable handle, six contexts',
  async measure({ directory, runs, progress }) {
    if (!existsSync('dist/index.js'))
      throw new Error('There is no dist/index.js to start from: npm run build makes it.');
    const built = join(directory, 'built');
    stripTypes(PROGRAMS, built);
    const programs = { built: join(built, javaScript(CHILD)), sources: CHILD };
    const taken = new Map<string, number[]>();
    for (let round = 0; round < runs; round += 1)
      for (const [index, { name, contexts, from }] of STARTS.entries()) {
        progress(name);
        const data = join(directory, `data-${index}-${round}`);
        const nodeOptions = from === 'sources' ? ['-C', 'thereupon-source'] : [];
        const { afterMs } = await runChild(programs[from], [contexts, data], { nodeOptions });
        taken.set(name, [...(taken.get(name) ?? []), afterMs]);
      }
    const raw = taken.get(RAW) ?? [];
    return STARTS.map(({ name }) => ({
      metric: name,
      unit: 'ms',
      values: taken.get(name) ?? [],
      ...(name === RAW ? {} : { raw }),
    }));
  },
};

const STARTS = [
  { name: RAW, contexts: 'raw', from: 'built' },
  { name: 'six small contexts, built', contexts: 'small', from: 'built' },
  { name: 'six small contexts, from sources', contexts: 'small', from: 'sources' },
  { name: "the shop's six contexts, built", contexts: 'shop', from: 'built' },
  { name: "the shop's six contexts, from sources", contexts: 'shop', from: 'sources' },
] as const;
