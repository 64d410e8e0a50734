import { AsyncLocalStorage } from 'node:async_hooks';
import type { Application } from '../../runtime/application.ts';
import { ConfigurationError } from '../../runtime/configuration.ts';
import type { Strike } from './fault-plan.ts';
import { Life, WORLD } from './life.ts';
import { inSimulation } from './in-simulation.ts';
import { type BuildContexts, runLife } from './run-life.ts';
import type { World } from './world.ts';

/** A process that did not start so often in a row will not start at all. */
const STARTS_MAX = 50;
/** So long a process is down at most after a crash. */
const DOWN_MS_MAX = 4_000;
/** In so many of all runs some processes begin in the next release already. */
const UPGRADING = 0.25;
/** So long two lives own the same logs at most. */
const BOTH_MS_MAX = 10_000;
/** How often a process that ends is told to anybody: see `Processes.up`. */
const LOOK_MS = 50;

/** The processes that the contexts run in: each runs some of them, crashes, and is started again. */
export class Processes {
  readonly #world: World;
  readonly #build: BuildContexts;
  readonly #processes: SimulatedProcess[];

  /** `groups`: which contexts run in which process. */
  constructor(world: World, build: BuildContexts, groups: readonly (readonly string[])[]) {
    this.#world = world;
    this.#build = build;
    const releases = world.chance.of('releases');
    const isUpgrading = releases.happens(UPGRADING);
    this.#processes = groups.map((contexts) => ({
      name: contexts.join('+'),
      contexts,
      life: undefined,
      lives: 0,
      failures: 0,
      clockOffMs: 0,
      release: isUpgrading ? releases.below(2) : 0,
    }));
    // What is begun by it is no part of whatever ran when it struck.
    const apart = AsyncLocalStorage.snapshot();
    world.crash = (life) => apart(() => this.#crash(life));
    world.release = (life, isNew) => apart(() => void this.#release(life, isNew));
    world.loseLease = (life, strike) => apart(() => this.#loseLease(life, strike));
  }

  startAll(): void {
    for (const process of this.#processes) void this.#start(process);
  }

  /** The life that runs a context now, when it answers. */
  lifeOf(context: string): Life | undefined {
    const life = this.#processes.find(({ contexts }) => contexts.includes(context))?.life;
    return life?.app === undefined ? undefined : life;
  }

  /** Resolves when all processes are up. */
  async up(): Promise<readonly Up[]> {
    for (;;) {
      const lives = this.#processes.map(({ life }) => life);
      if (lives.every(isUp)) return lives;
      await this.#world.schedule.sleep(WORLD, LOOK_MS);
    }
  }

  /** The wall clocks of all machines, while no time passes. */
  setClocksForward(ms: number): void {
    for (const process of this.#processes) {
      process.clockOffMs += ms;
      if (process.life !== undefined) process.life.clockOffMs += ms;
    }
  }

  async stopAll(): Promise<void> {
    const lives = await this.up();
    // What struck last may still bring one down.
    await Promise.all(lives.map((life) => Promise.race([life.app.stop(), life.died])));
    for (const { life } of this.#processes) life?.end();
  }

  async #start(process: SimulatedProcess): Promise<void> {
    process.lives += 1;
    const life = new Life(process.name, process.lives, process.clockOffMs);
    process.life = life;
    await inSimulation.run({ world: this.#world, life, name: 'start' }, async () => {
      try {
        const app = await runLife(this.#world, this.#build, process, life);
        if (life.isGone) return;
        life.app = app;
        process.failures = 0;
        this.#world.note(process.name, 'process', `runs (life ${life.nth})`);
      } catch (error) {
        this.#failed(process, life, error);
      }
    });
  }

  #failed(process: SimulatedProcess, life: Life, error: unknown): void {
    if (life.isGone) return;
    process.failures += 1;
    const isHopeless = error instanceof ConfigurationError && error.failures.length === 0;
    if (isHopeless || process.failures >= STARTS_MAX) return this.#world.schedule.fail(error);
    this.#crash(life);
  }

  #crash(life: Life): void {
    if (life.isGone) return;
    const world = this.#world;
    const process = this.#processes.find(({ name }) => name === life.process) as SimulatedProcess;
    process.clockOffMs = life.clockOffMs;
    life.end();
    if (process.life !== life) return;
    world.note(process.name, 'process', `is down (life ${life.nth})`);
    const downMs = world.chance.of(`${process.name} is down ${life.nth}`).between(1, DOWN_MS_MAX);
    void world.schedule.sleep(WORLD, downMs).then(() => this.#start(process));
  }

  /** Stopped in order, and started again: as it was, or in the next release. */
  async #release(life: Life, isNew: boolean): Promise<void> {
    const process = this.#processes.find(({ name }) => name === life.process) as SimulatedProcess;
    const { app } = life;
    if (process.life !== life || app === undefined) return;
    life.app = undefined;
    process.clockOffMs = life.clockOffMs;
    if (isNew) process.release += 1;
    this.#world.note(process.name, 'process', `stops (life ${life.nth})`);
    const stopped = inSimulation.run({ world: this.#world, life, name: 'stop' }, () => app.stop());
    await Promise.race([stopped, life.died]);
    if (life.isGone) return;
    life.end();
    // Another one may have taken over while it stopped.
    if (process.life === life) await this.#start(process);
  }

  /** The next life begins beside this one, which is ended only after a while. */
  #loseLease(life: Life, strike: Strike): void {
    const world = this.#world;
    const process = this.#processes.find(({ name }) => name === life.process) as SimulatedProcess;
    if (process.life !== life) return;
    life.leaseLost(process.contexts.map((context) => world.store.loseLease(context)));
    world.note(process.name, 'process', `is taken for gone, and goes on (life ${life.nth})`);
    void world.schedule.sleep(WORLD, 1 + strike.amount * BOTH_MS_MAX).then(() => this.#crash(life));
    void this.#start(process);
  }
}

/** A life that runs. */
export type Up = Life & { readonly app: Application };

export function isUp(life: Life | undefined): life is Up {
  return life?.app !== undefined;
}

interface SimulatedProcess {
  readonly name: string;
  readonly contexts: readonly string[];
  life: Life | undefined;
  lives: number;
  failures: number;
  clockOffMs: number;
  /** Which release of the contexts it runs, 0 for the first. */
  release: number;
}
