/** What `npm run simulate` is asked. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { RunPlan } from 'thereupon/testing';

export type SimulateOptions = {
  readonly what: 'seeds' | 'one' | 'canaries';
  /** Where the simulation is. */
  readonly module: string;
  readonly first: number;
  /** Infinity when only time or a failure ends it. */
  readonly last: number;
  readonly minutes: number;
  readonly isSweep: boolean;
  readonly plan: RunPlan;
  readonly workers: number;
  /** How often each canary is tried. */
  readonly trials: number;
};

/** Those that have a name. */
const NAMED: Readonly<Record<string, string>> = {
  shop: '../../examples/shop/simulation/simulation.ts',
  lines: '../../src/testing/simulator/fixtures/numbered-lines.ts',
  library: '../../examples/library/simulation.ts',
  charging: '../../src/testing/simulator/fixtures/charging-shop.ts',
};

const SEEDS = '1..1000';

export function readSimulateOptions(given: readonly string[]): SimulateOptions {
  const { values, positionals } = parse(given);
  const [name = 'shop', ...more] = positionals;
  if (more.length > 0)
    throw new SimulateUsageError(`One simulation at a time, not ${[name, ...more].join(' ')}.`);
  const isOpen = values['until-failure'] === true || values.minutes !== undefined;
  const [first, last] = range(values.seeds ?? (isOpen ? `${Date.now() % 1_000_000}..` : SEEDS));
  const plan = planOf(values);
  return {
    what: values.canaries ? 'canaries' : plan === undefined ? 'seeds' : 'one',
    module: moduleOf(name),
    first,
    last,
    minutes: values.minutes === undefined ? Infinity : positive('--minutes', values.minutes),
    isSweep: values.sweep,
    plan: plan ?? { seed: first },
    workers: positive('--workers', values.workers ?? String(availableParallelism())),
    trials: positive('--trials', values.trials),
  };
}

function parse(given: readonly string[]) {
  try {
    return parseArgs({
      args: [...given],
      allowPositionals: true,
      options: {
        seeds: { type: 'string' },
        seed: { type: 'string' },
        plan: { type: 'string' },
        minutes: { type: 'string' },
        'until-failure': { type: 'boolean' },
        sweep: { type: 'boolean', default: false },
        canaries: { type: 'boolean', default: false },
        trials: { type: 'string', default: '20' },
        workers: { type: 'string' },
      },
    });
  } catch (error) {
    throw new SimulateUsageError((error as Error).message);
  }
}

/** `100`, `1..100`, or `100..` without an end. */
function range(text: string): readonly [number, number] {
  const found = /^(?:(\d+)\.\.)?(\d*)$/.exec(text);
  const last = found?.[2] === '' ? Infinity : Number(found?.[2]);
  if (found === null || (last === Infinity && found[1] === undefined))
    throw new SimulateUsageError(`--seeds takes 100, 1..100 or 100.., not "${text}".`);
  return [Number(found[1] ?? 1), last];
}

function planOf(values: { readonly seed?: string; readonly plan?: string }): RunPlan | undefined {
  if (values.seed !== undefined) return { seed: positive('--seed', values.seed) };
  if (values.plan === undefined) return undefined;
  try {
    return JSON.parse(values.plan) as RunPlan;
  } catch {
    throw new SimulateUsageError(`--plan takes what a failure has named, not ${values.plan}.`);
  }
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (number > 0) return number;
  throw new SimulateUsageError(`${name} takes a number above 0, not "${text}".`);
}

/** @throws {SimulateUsageError} when there is none of that name. */
export function moduleOf(name: string): string {
  const named = NAMED[name];
  if (named !== undefined) return new URL(named, import.meta.url).href;
  const path = resolve(name);
  if (existsSync(path)) return pathToFileURL(path).href;
  const names = Object.keys(NAMED).join(', ');
  throw new SimulateUsageError(`There is no simulation "${name}": take ${names}, or a file.`);
}

/** The command line makes no sense. */
export class SimulateUsageError extends Error {}
