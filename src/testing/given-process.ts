import type { Fact } from '../message/fact.ts';
import { type Duration, durationMs } from '../message/duration.ts';
import type { Action } from '../process/actions.ts';
import { dueAt } from '../process/due.ts';
import type { ProcessManager } from '../process/process-manager.ts';
import { type Items, assertList } from './expected-list.ts';
import { fieldDifferences, shown } from './field-differences.ts';
import { assertNoPromise } from './given-decider.ts';
import type { GivenFact } from './given-fact.ts';
import {
  type Asked,
  type ProcessWorld,
  type Step,
  advance,
  newWorld,
  tell,
} from './process-world.ts';

/**
 * A process manager under test: what has happened, what happens now or how much time goes by, and
 * what the process asks for then. Nothing runs but `by`, `evolve` and `react`; time is told.
 */

/** What has happened so far. */
export interface GivenProcess<State, Event extends Fact> {
  /** The state of the process that was told last; undefined when none of its key goes on. */
  readonly state: State | undefined;
  /** When the timers of that process are due that are set, by name; ISO 8601. */
  readonly timers: Readonly<Record<string, string>>;
  /** This happens. What an aggregate refused is told as `CommandRefused`. */
  when(event: GivenFact<Event>): Reacted<State, Event>;
  /** So much time goes by, and the timers that come due fire, each at its time. */
  after(duration: Duration): Reacted<State, Event>;
}

/** What came of it. */
export interface Reacted<State, Event extends Fact> {
  /** What was asked for, in this order. */
  readonly actions: readonly Action[];
  /** These actions came of it, these only, in this order. It can be gone on from there. */
  then(actions: readonly Action[]): GivenProcess<State, Event>;
  /** Nothing came of it. */
  thenNothing(): GivenProcess<State, Event>;
}

export function givenProcess<State, Event extends Fact>(
  manager: ProcessManager<string, State, Event>,
  facts: readonly GivenFact<Event>[],
): GivenProcess<State, Event> {
  return goOn(facts.reduce((world, fact) => tell(world, fact).world, newWorld(manager)));
}

function goOn<State, Event extends Fact>(world: ProcessWorld): GivenProcess<State, Event> {
  const process = world.processes.get(world.key ?? '');
  const timers = [...(process?.timers ?? [])].map(([name, due]) => [name, iso(due)] as const);
  return {
    state: process?.state as State | undefined,
    timers: Object.fromEntries(timers),
    when: (event) => reacted(`of ${JSON.stringify(event.type)}`, tell(world, event)),
    after: (duration) =>
      reacted(`in ${duration}`, advance(world, world.now + durationMs(duration))),
  };
}

function reacted<State, Event extends Fact>(when: string, step: Step): Reacted<State, Event> {
  const { world, asked } = step;
  return {
    actions: asked.map(({ action }) => action),
    // oxlint-disable-next-line unicorn/no-thenable -- a sentence, not a promise; see assertNoPromise
    then(expected) {
      assertNoPromise(expected);
      assertActions(`Other actions came ${when} than expected:`, expected, asked);
      return goOn(world);
    },
    thenNothing() {
      assertActions(`Nothing was to come ${when}, but this did:`, [], asked);
      return goOn(world);
    },
  };
}

function assertActions(what: string, expected: readonly Action[], asked: readonly Asked[]): void {
  const lists = { expected: expected.map((action) => ({ action })), actual: asked };
  assertList<Expected>(what, lists, ACTIONS);
}

/** An action; where it came from a process, also from when on what it sets is measured. */
type Expected = Pick<Asked, 'action'> & Partial<Asked>;

const ACTIONS: Items<Expected> = {
  name: ({ action }) => nameOf(action),
  detail: ({ action }) => {
    const more = detailOf(action);
    return more === undefined ? '' : shown(more);
  },
  differences: (expected, { action, from = 0 }) =>
    isDueAtOneTime(expected.action, action, from)
      ? []
      : fieldDifferences(detailOf(expected.action), detailOf(action)),
};

function nameOf(action: Action): string {
  switch (action.kind) {
    case 'command':
      return `command ${action.aggregate.name} ${action.command.type}`;
    case 'publish':
      return `publish ${action.contract.name}`;
    case 'set-timer':
      return `setTimer ${action.timer}`;
    case 'cancel-timer':
      return `cancelTimer ${action.timer}`;
    case 'complete':
      return 'complete';
  }
}

function detailOf(action: Action): unknown {
  switch (action.kind) {
    case 'command':
      return { id: action.id, data: action.command.data };
    case 'publish':
      return { data: action.data };
    case 'set-timer':
      return action.due;
    case 'cancel-timer':
    case 'complete':
      return undefined;
  }
}

/** Half an hour is as good as 30 minutes. */
function isDueAtOneTime(expected: Action, actual: Action, from: number): boolean {
  if (expected.kind !== 'set-timer' || actual.kind !== 'set-timer') return false;
  return dueAt(expected.due, from) === dueAt(actual.due, from);
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
