/** Breaks what is simulated, one thing at a time, and sees that each is found. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { CanaryTold, CanaryWork } from './canary-worker.ts';
import type { Canary } from './canary.ts';
import { moduleOf } from './named-simulations.ts';

export type CanaryOptions = {
  readonly workers: number;
  /** How often each canary is tried. */
  readonly trials: number;
};

const folder = join(import.meta.dirname, 'canaries');

/** All of them, in the order of their names. */
export async function allCanaries(): Promise<readonly Canary[]> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  const modules = files.toSorted().map((name) => import(pathToFileURL(join(folder, name)).href));
  return (await Promise.all(modules)).map(({ canary }: { canary: Canary }) => canary);
}

/** Answers whether each was found in every trial. */
export async function runCanaries({ workers, trials }: CanaryOptions): Promise<boolean> {
  const queue = [...(await allCanaries())];
  const from = 1_000_000 + (Date.now() % 1_000_000_000);
  console.log(`Each is tried ${trials} times, from random seeds on (${from}).\n`);
  console.log(row('what is broken', ['median', 'worst', 'within'], 'what it breaks'));
  const isFound: boolean[] = [];
  const lane = async (): Promise<void> => {
    for (let canary = queue.shift(); canary !== undefined; canary = queue.shift()) {
      const told = await lookFor(canary, { trials, from });
      isFound.push(report(canary, told));
    }
  };
  await Promise.all(Array.from({ length: workers }, lane));
  const lost = isFound.filter((each) => !each).length;
  console.log(lost === 0 ? '\nAll of them are found.' : `\n${lost} of them are not always found.`);
  return lost === 0;
}

export function lookFor(
  canary: Canary,
  { trials, from }: { readonly trials: number; readonly from: number },
): Promise<CanaryTold> {
  const { simulation, within, breaks } = canary;
  const isBeside = simulation.startsWith('./');
  const module = isBeside ? new URL(simulation, import.meta.url).href : moduleOf(simulation);
  const worker = new Worker(new URL('canary-worker.ts', import.meta.url), {
    workerData: { breaks, module, within, trials, from } satisfies CanaryWork,
    execArgv: [...process.execArgv, '--disable-warning=ExperimentalWarning'],
  });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

function report({ name, within }: Canary, { needed, found }: CanaryTold): boolean {
  const counts = needed.map((count) => count ?? Infinity).toSorted((a, b) => a - b);
  const median = counts[Math.floor((counts.length - 1) / 2)] ?? Infinity;
  const worst = counts.at(-1) ?? Infinity;
  const figures = [median, worst, within].map((count) => (count === Infinity ? '—' : `${count}`));
  console.log(row(name, figures, found ?? 'nothing'));
  return worst <= within;
}

function row(name: string, figures: readonly string[], found: string): string {
  return `${name.padEnd(46)} ${figures.map((each) => each.padStart(7)).join('')}  ${found.slice(0, 90)}`;
}
