import { assertFits } from '../contract/validate.ts';
import { timeOf } from '../message/business-time.ts';
import type { Fact, Recorded, Recording } from '../message/fact.ts';
import { deepFreeze } from '../message/json.ts';
import { assertJson } from '../message/payload.ts';
import { type Action, actions } from '../process/actions.ts';
import { dueAt } from '../process/due.ts';
import { UnknownTimerError } from '../process/open-process.ts';
import { assertState } from '../process/process-instance.ts';
import type { ProcessManager } from '../process/process-manager.ts';
import { assertDealingKey, dealtBy } from '../subscription/dealing-key.ts';
import { ExpectationError } from './expectation-error.ts';
import { GIVEN_NOW, recordedFact } from './given-fact.ts';

/** So many timers fire, one after the other, before it is taken for a process that never ends. */
const TIMERS_MAX = 10_000;

/** A process that goes on. */
interface Process {
  readonly state: unknown;
  /** When the timers are due that are set, by name. */
  readonly timers: ReadonlyMap<string, number>;
}

/** Something that a process asked for, and from when on what it sets is measured. */
export interface Asked {
  readonly action: Action;
  readonly from: number;
}

/** All processes of one process manager as they are at one time. It never changes: see `told`. */
export interface ProcessWorld {
  readonly manager: ProcessManager;
  readonly now: number;
  readonly processes: ReadonlyMap<string, Process>;
  /** The key of the process that was told of something last. */
  readonly key: string | undefined;
  /** How many facts were told so far. */
  readonly told: number;
}

/** A world, and what was asked for on the way to it. */
export interface Step {
  readonly world: ProcessWorld;
  readonly asked: readonly Asked[];
}

export function newWorld(manager: ProcessManager): ProcessWorld {
  return { manager, now: timeOf(GIVEN_NOW), processes: new Map(), key: undefined, told: 0 };
}

/** Tells of a fact. When it was recorded later than now, time goes on to it first. */
export function tell(before: ProcessWorld, fact: Fact & Partial<Recording>): Step {
  const world = advance(before, timeOf(fact.recordedAt ?? textOf(before.now))).world;
  const now = textOf(world.now);
  const event = recordedFact({ recordedAt: now, ...fact }, { position: world.told + 1, now });
  return react(world, keyOf(world, event), event);
}

/** Lets time go on. Each timer that is due by then fires at its time, in the order of their times. */
export function advance(before: ProcessWorld, until: number): Step {
  let world = before;
  const asked: Asked[] = [];
  for (let fired = 0; ; fired += 1) {
    const next = nextTimer(world);
    if (next === undefined || next.due > until) break;
    if (fired === TIMERS_MAX)
      throw new ExpectationError(
        `${TIMERS_MAX} timers have fired and the next one is due: does it set itself for ever?`,
      );
    const now = Math.max(world.now, next.due);
    const dueText = textOf(next.due);
    const fact = { type: next.name, data: { dueAt: dueText }, occurredAt: dueText };
    const event = recordedFact(fact, { position: world.told + 1, now: textOf(now) });
    const step = react(withoutTimer({ ...world, now }, next), next.key, event);
    world = step.world;
    asked.push(...step.asked);
  }
  return { world: { ...world, now: Math.max(world.now, until) }, asked };
}

function react(world: ProcessWorld, key: string | undefined, event: Recorded<Fact>): Step {
  const { manager } = world;
  const told = { ...world, key, told: world.told + 1 };
  const known = key === undefined ? undefined : world.processes.get(key);
  if (key === undefined || (known === undefined && !manager.startedBy.includes(event.type)))
    return { world: told, asked: [] };
  const state: unknown = deepFreeze(manager.evolve(known?.state ?? manager.initial, event));
  assertState(manager.name, state);
  const from = timeOf(manager.time === 'business' ? event.occurredAt : event.recordedAt);
  const wanted: readonly Action[] = manager.react(state, event, { ...actions, key }) ?? [];
  const timers = new Map(known?.timers);
  for (const action of wanted) perform(manager, action, timers, from);
  const processes = new Map(world.processes);
  if (wanted.some(({ kind }) => kind === 'complete')) processes.delete(key);
  // Through JSON, as it is stored between two events.
  else processes.set(key, { state: deepFreeze(JSON.parse(JSON.stringify(state))), timers });
  return { world: { ...told, processes }, asked: wanted.map((action) => ({ action, from })) };
}

/** What can be said of an action without an application, such as that its data is data. */
function perform(
  manager: ProcessManager,
  action: Action,
  timers: Map<string, number>,
  from: number,
): void {
  switch (action.kind) {
    case 'command':
      return assertJson(() => `The command ${JSON.stringify(action.command.type)}`, action.command);
    case 'publish':
      return assertFits(action.contract, action.data);
    case 'set-timer':
      if (!manager.timers.includes(action.timer))
        throw new UnknownTimerError(manager.name, action.timer);
      timers.set(action.timer, dueAt(action.due, from));
      return;
    case 'cancel-timer':
      timers.delete(action.timer);
      return;
    case 'complete':
      return;
  }
}

/** A refusal, or a timer that the test itself tells of, is of the process that was told last. */
function keyOf({ manager, key }: ProcessWorld, event: Recorded<Fact>): string | undefined {
  const isOfProcess = event.type === 'CommandRefused' || manager.timers.includes(event.type);
  if (isOfProcess) return key;
  const told: unknown = dealtBy(manager.name, () => manager.by(event));
  if (told !== undefined) assertDealingKey(manager.name, told);
  return told as string | undefined;
}

interface NextTimer {
  readonly key: string;
  readonly name: string;
  readonly due: number;
}

function nextTimer({ processes }: ProcessWorld): NextTimer | undefined {
  return [...processes]
    .flatMap(([key, { timers }]) => [...timers].map(([name, due]) => ({ key, name, due })))
    .toSorted((a, b) => a.due - b.due)[0];
}

function withoutTimer(world: ProcessWorld, { key, name }: NextTimer): ProcessWorld {
  const process = world.processes.get(key) as Process;
  const timers = new Map(process.timers);
  timers.delete(name);
  return { ...world, processes: new Map(world.processes).set(key, { ...process, timers }) };
}

function textOf(time: number): string {
  return new Date(time).toISOString();
}
