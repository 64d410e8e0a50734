/** Many seeds, on all cores: how far it is, what went wrong on purpose, and what should not have. */
import { hash } from 'node:crypto';
import { jsonDocument } from '../../../telemetry/safe-text.ts';
import { FAULT_KINDS, type FaultKind } from '../fault-kinds.ts';
import { faultLines } from '../report.ts';
import type { Ended, RunnerSurroundings, SimulationRequest } from './request.ts';
import { runThreads } from './threads.ts';
import type { Asked, Run, Told } from './worker.ts';

/** So many seeds are dealt at a time, so that no thread waits for long at the end. */
const DEALT = 10;

/** Runs until a seed fails, they are used up, time is over, or it is interrupted. */
export async function runSeeds(
  request: SimulationRequest,
  { out, err, signal, ...shown }: RunnerSurroundings,
): Promise<Ended> {
  const { module, command, first, last, minutes, isSweep, everyFault, workers, asJson } = request;
  const began = performance.now();
  const end = began + minutes * 60_000;
  const tally = new SeedTally();
  const progress = shown.progress(isSweep ? Infinity : last - first + 1);
  const found = new AbortController();
  const count = isSweep ? workers : Math.min(workers, Math.ceil((last - first + 1) / DEALT));
  const seeds = isSweep
    ? `Each call of seed ${first}`
    : `Seeds ${first}..${last === Infinity ? '' : last}`;
  err(`${seeds}, on ${count} ${count === 1 ? 'thread' : 'threads'}.\n`);
  let next = first;
  await runThreads({
    work: {
      module,
      command,
      isShrinking: true,
      ...(isSweep ? { sweep: { seed: first, of: workers, nth: 0 } } : {}),
    },
    count,
    signal: AbortSignal.any([signal, found.signal]),
    next(): Asked {
      if (next > last || performance.now() > end || tally.isFailing) return 'end';
      const dealt = { first: next, last: Math.min(last, next + DEALT - 1) };
      next = dealt.last + 1;
      return dealt;
    },
    onTold(told) {
      if (told.failing !== undefined && !tally.isFailing) {
        progress.end();
        err(`Seed ${told.failing} fails. Looking for the shortest history that does …\n`);
      }
      tally.add(told);
      if (told.failure !== undefined) found.abort();
      progress.update(tally.runs.length);
    },
  });
  progress.end();
  const isInterrupted = signal.aborted && tally.failure === undefined;
  const absent = everyFault ? tally.absent : [];
  const ended = endOf(tally, { isInterrupted, absent });
  const seconds = (performance.now() - began) / 1_000;
  out(
    asJson
      ? `${jsonDocument(tally.told(ended, seconds))}\n`
      : tally.text({ seconds, isInterrupted }),
  );
  if (!tally.isFailing && !isInterrupted && absent.length > 0)
    err(`Never happened: ${absent.join(', ')}. Run more seeds, or switch on what is missing.\n`);
  return ended;
}

function endOf(
  { isFailing }: SeedTally,
  {
    isInterrupted,
    absent,
  }: { readonly isInterrupted: boolean; readonly absent: readonly string[] },
): Ended {
  if (isFailing) return 'failed';
  if (isInterrupted) return 'interrupted';
  return absent.length === 0 ? 'fine' : 'failed';
}

class SeedTally {
  readonly runs: Run[] = [];
  failing: number | undefined;
  failure: string | undefined;
  readonly #faults = new Map<FaultKind, number>();

  get isFailing(): boolean {
    return this.failing !== undefined;
  }

  /** The kinds of faults that never happened. */
  get absent(): readonly FaultKind[] {
    const kinds = Object.keys(FAULT_KINDS) as FaultKind[];
    return kinds.filter((kind) => (this.#faults.get(kind) ?? 0) === 0);
  }

  add({ runs, failing, failure }: Told): void {
    this.runs.push(...runs);
    this.failing ??= failing;
    this.failure ??= failure;
    for (const { faults } of runs)
      for (const [kind, count] of Object.entries(faults) as [FaultKind, number][])
        this.#faults.set(kind, (this.#faults.get(kind) ?? 0) + count);
  }

  /** For a program. */
  told(ended: Ended, seconds: number) {
    return {
      ended,
      runs: this.runs.length,
      seconds,
      commits: this.#sum('commits'),
      turns: this.#sum('turns'),
      hash: this.#hash(),
      faults: Object.fromEntries(this.#faults),
      neverHappened: this.absent,
      failingSeed: this.failing ?? null,
      failure: this.failure ?? null,
    };
  }

  /** For a person. */
  text({
    seconds,
    isInterrupted,
  }: {
    readonly seconds: number;
    readonly isInterrupted: boolean;
  }): string {
    const sum = (field: 'turns' | 'commits'): string => this.#sum(field).toLocaleString('en-GB');
    const lines = [
      ...faultLines(this.#faults),
      '',
      `${this.runs.length} runs in ${seconds.toFixed(1)} s (${(this.runs.length / seconds).toFixed(1)}/s), ` +
        `${sum('commits')} commits, ${sum('turns')} turns`,
      `hash of all histories: ${this.#hash()}`,
      '',
    ];
    if (this.failure !== undefined) lines.push(this.failure);
    else if (this.failing !== undefined)
      lines.push(`Seed ${this.failing} fails; interrupted before a shorter history was found.`);
    else lines.push(isInterrupted ? 'Interrupted. Nothing failed until then.' : 'Nothing failed.');
    return `${lines.join('\n')}\n`;
  }

  #sum(field: 'turns' | 'commits'): number {
    return this.runs.reduce((total, run) => total + run[field], 0);
  }

  #hash(): string {
    const hashes = this.runs.toSorted((a, b) => a.seed - b.seed).map((run) => run.hash);
    return hash('sha256', hashes.join('\n')).slice(0, 32);
  }
}
