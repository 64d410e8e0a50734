import type { Canary } from '../canary.ts';

/** A process manager reads its state from the log, and not what came just before in its batch. */
export const canary: Canary = {
  name: 'a saga that reads before it locks',
  simulation: 'lines',
  within: 100,
  breaks: [
    {
      file: 'src/process/run-process.ts',
      from: 'const stored = await readInstance(process, key, base, workplace.log);',
      to: 'const stored = await readInstance(process, key, new Unit(workplace), workplace.log);',
    },
  ],
};
