import { BackboneUnavailableError } from '../../backbone/backbone.ts';
import type { BoundedContext } from '../../context/bounded-context.ts';
import { Chance } from './chance.ts';
import { Clients } from './clients.ts';
import { deploymentOf } from './deployment.ts';
import { type Mood, type SweptCall, byChance, byName, bySweep } from './chosen-faults.ts';
import type { FaultKind } from './fault-kinds.ts';
import { type Choose, FaultPlan, type Strike } from './fault-plan.ts';
import { badBroker } from './faults/messages.ts';
import { watchHiddenSources } from './hidden-sources.ts';
import { type Happening, History } from './history.ts';
import { WORLD } from './life.ts';
import { FreshModules } from './modules/fresh-modules.ts';
import { Processes } from './processes.ts';
import { Schedule } from './schedule.ts';
import { settleAll } from './settle-all.ts';
import type { Simulation, Step } from './simulation.ts';
import { virtualClock } from './virtual-clock.ts';
import { World } from './world.ts';

/**
 * Steps begin within one of these times: all at once, so that they overlap with each other, or over
 * seconds, so that they overlap with what takes long.
 */
const BEGIN_MS_MAX = [1, 1, 30, 500, 5_000];
/** So long faults go on after the last step. */
const FAULTS_AFTER_MS_MAX = 3_000;
/** Steps wait so long, at most, for all processes to be up. */
const UP_MS_MAX = 10_000;
/** Steps must be done within this time, faults or not. */
const STEPS_MS_MAX = 24 * 3_600_000;
/** When faults have stopped, everything is over within this time, timers of weeks among it. */
const SETTLE_MS_MAX = 90 * 24 * 3_600_000;

/** Which run: a seed decides it all; a smaller one can be asked for. */
export interface RunPlan {
  readonly seed: number;
  /** Only these faults, as `strikeName` names them. Default: what chance brings. */
  readonly strikes?: readonly string[] | undefined;
  /** Only this one call fails, of all that are made. */
  readonly call?: SweptCall | undefined;
  /** Only these steps of the workload, by their place in it. Default: all. */
  readonly steps?: readonly number[] | undefined;
}

/** What came of a run. */
export interface RunResult {
  readonly plan: RunPlan;
  /** Of the whole history: the same plan gives the same hash. */
  readonly hash: string;
  /** Why it failed, if it did. */
  readonly failure: Error | undefined;
  readonly strikes: readonly Strike[];
  /** The workload, by name. */
  readonly steps: readonly string[];
  /** How many times somebody went on. */
  readonly turns: number;
  readonly commits: number;
  /** How many calls of ports were made while faults could strike; counted in a sweep only. */
  readonly calls: number;
  readonly virtualMs: number;
  /** What happened, when it was to be kept. */
  readonly timeline: readonly Happening[];
  readonly deployment: string;
}

/** Runs a simulation once: first with faults, then without, until everything has settled. */
export async function oneRun(
  simulation: Simulation,
  plan: RunPlan,
  options: { readonly isKept?: boolean } = {},
): Promise<RunResult> {
  const chance = new Chance(plan.seed);
  const history = new History(options.isKept ?? false);
  const schedule = new Schedule(chance.of('schedule'), history);
  const contexts = await contextsOf(simulation);
  const deployment = deploymentOf(simulation, contexts, chance.of('deployment'));
  let calls = 0;
  const choose = chooserOf(simulation, plan, (count) => (calls = count));
  const faults = new FaultPlan(choose, chance);
  const world = new World({
    chance,
    schedule,
    faults,
    history,
    outside: simulation.outside?.() ?? {},
    contexts,
    invariants: simulation.invariants,
  });
  if (deployment.backbone !== 'embedded') {
    world.broker = badBroker(faults, deployment.backbone === 'broker' ? 'key' : 'none');
    const published = () =>
      Promise.reject(new BackboneUnavailableError('memory', 'it reads no log'));
    await world.broker.start({ clock: virtualClock(schedule, WORLD), published });
  }
  const processes = new Processes(
    world,
    (outside) => FreshModules.build(() => simulation.contexts(outside)),
    deployment.groups,
  );
  const all = simulation.workload(chance.of('workload'));
  const steps = all.filter((_, index) => plan.steps?.includes(index) ?? true);
  const unwatch = watchHiddenSources();
  const failure = await schedule
    .run(() => live({ world, processes, simulation, steps, contexts }))
    .then(
      () => undefined,
      (error: unknown) => asError(error),
    )
    .finally(() => {
      unwatch();
      world.foreignWaits.close();
      FreshModules.letGo();
    });
  return {
    plan,
    hash: history.hash,
    failure,
    strikes: faults.struck,
    steps: all.map(({ name }) => name),
    turns: schedule.steps,
    commits: world.commits,
    calls,
    virtualMs: Math.floor(schedule.nowMs),
    timeline: history.lines,
    deployment: deployment.says,
  };
}

/** As a client knows them, to find by name what it asks for; built once. */
async function contextsOf(simulation: Simulation): Promise<readonly BoundedContext[]> {
  const known =
    knownContexts.get(simulation) ?? (await simulation.contexts(simulation.outside?.() ?? {}));
  knownContexts.set(simulation, known);
  return known;
}

const knownContexts = new WeakMap<Simulation, readonly BoundedContext[]>();

async function live(parts: {
  readonly world: World;
  readonly processes: Processes;
  readonly simulation: Simulation;
  readonly steps: readonly Step[];
  readonly contexts: readonly BoundedContext[];
}): Promise<void> {
  const { world, processes, simulation, steps, contexts } = parts;
  const { schedule, chance, faults } = world;
  const clients = new Clients(world, processes, contexts);
  const begins = chance.of('begins');
  const within = begins.pick(BEGIN_MS_MAX);
  schedule.limit(STEPS_MS_MAX);
  processes.startAll();
  // Whoever finds them down asks again later, each at another time, and hardly two at once.
  await Promise.race([processes.up(), schedule.sleep(WORLD, UP_MS_MAX)]);
  await Promise.all(steps.map((step) => clients.work(step, begins.below(within))));
  await schedule.sleep(WORLD, begins.below(FAULTS_AFTER_MS_MAX));

  faults.stop();
  world.partitions.clear();
  world.note('', 'process', 'no more faults from here on');
  schedule.limit(schedule.nowMs + SETTLE_MS_MAX);
  await settleAll(world, processes, simulation.invariants.settled ?? {});
  await processes.stopAll();
}

function chooserOf(
  simulation: Simulation,
  plan: RunPlan,
  counted: (calls: number) => void,
): Choose {
  const chance = new Chance(plan.seed);
  if (plan.call !== undefined) return bySweep(plan.call, counted);
  if (plan.strikes !== undefined) return byName(plan.strikes);
  return byChance(chance, moodOf(simulation, chance.of('mood')));
}

/**
 * Each seed is in a mood of its own: some kinds of faults are left out, and the others come seldom
 * or often. What shows only when one thing goes wrong a lot would not be seen if all went wrong.
 */
function moodOf(simulation: Simulation, chance: Chance): Mood {
  const isLeftOut = new Map<FaultKind, boolean>();
  const chances = chance.of('left out');
  const leftOut = chances.pick([0, 0.3, 0.6]);
  return {
    intensity: chance.pick([0.5, 1, 2, 4, 8]),
    strikesMax: chance.between(1, 40),
    isOn(kind) {
      if (simulation.faults?.[kind] === false) return false;
      const known = isLeftOut.get(kind) ?? chances.of(kind).happens(leftOut);
      isLeftOut.set(kind, known);
      return !known;
    },
  };
}

function asError(error: unknown): Error {
  return error instanceof Error
    ? error
    : new TypeError(`What was thrown is no error: ${String(error)}`);
}
