/** Many seeds, on all cores: how far it is, what went wrong on purpose, and what should not have. */
import { hash } from 'node:crypto';
import type { FaultKind } from '../../src/testing/simulator/fault-kinds.ts';
import { faultLines } from '../../src/testing/simulator/report.ts';
import type { SimulateOptions } from './command-line.ts';
import { Progress } from './progress.ts';
import { runThreads } from './threads.ts';
import type { Asked, Run, Told } from './worker.ts';

/** So many seeds are dealt at a time, so that no thread waits for long at the end. */
const DEALT = 10;

/** Answers whether nothing failed. */
export async function runSeeds(options: SimulateOptions): Promise<boolean> {
  const { module, first, last, minutes, isSweep, workers } = options;
  const began = performance.now();
  const end = began + minutes * 60_000;
  const tally = new SeedTally();
  const progress = new Progress(isSweep ? Infinity : last - first + 1, end);
  let next = first;
  await runThreads({
    work: {
      module,
      isShrinking: true,
      ...(isSweep ? { sweep: { seed: first, of: workers, nth: 0 } } : {}),
    },
    count: workers,
    next(): Asked {
      if (next > last || performance.now() > end || tally.failures.length > 0) return 'end';
      const dealt = { first: next, last: Math.min(last, next + DEALT - 1) };
      next = dealt.last + 1;
      return dealt;
    },
    onTold(told) {
      tally.add(told);
      progress.update(tally.runs.length);
    },
  });
  progress.end();
  tally.print((performance.now() - began) / 1_000);
  return tally.failures.length === 0;
}

class SeedTally {
  readonly runs: Run[] = [];
  readonly failures: string[] = [];
  readonly faults = new Map<FaultKind, number>();

  add({ runs, failure }: Told): void {
    this.runs.push(...runs);
    if (failure !== undefined) this.failures.push(failure);
    for (const { faults } of runs)
      for (const [kind, count] of Object.entries(faults) as [FaultKind, number][])
        this.faults.set(kind, (this.faults.get(kind) ?? 0) + count);
  }

  print(seconds: number): void {
    for (const line of faultLines(this.faults)) console.log(line);
    const sum = (field: 'turns' | 'commits'): string =>
      this.runs.reduce((total, run) => total + run[field], 0).toLocaleString('en-GB');
    console.log(
      `\n${this.runs.length} runs in ${seconds.toFixed(1)} s (${(this.runs.length / seconds).toFixed(1)}/s), ` +
        `${sum('commits')} commits, ${sum('turns')} turns`,
    );
    const hashes = this.runs.toSorted((a, b) => a.seed - b.seed).map((run) => run.hash);
    console.log(`hash of all histories: ${hash('sha256', hashes.join('\n')).slice(0, 32)}`);
    for (const failure of this.failures) console.log(`\n${failure}`);
    console.log(
      this.failures.length === 0 ? '\nNothing failed.' : `\n${this.failures.length} failed.`,
    );
  }
}
