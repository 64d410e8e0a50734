import { isRefusal } from '../context/refusal.ts';
import type { Fact } from '../message/fact.ts';
import { deepFreeze } from '../message/json.ts';
import { assertJson } from '../message/payload.ts';
import { ExpectationError } from './expectation-error.ts';
import { assertList } from './expected-list.ts';
import { type ExpectedRefusal, assertRefusal } from './expected-refusal.ts';
import { shown } from './field-differences.ts';

/**
 * A decider under test: what has happened, what is asked, what should come of it. Nothing runs but
 * `decide` and `evolve`. State and events are frozen on the way in, so that a model which changes
 * what it was given fails here, as it would when it runs.
 */

/** What can be tested: an aggregate, or the model that one is made of. */
export interface Decider<State, Command, Event extends Fact> {
  readonly initial: State;
  readonly decide: (command: Command, state: State) => readonly NoInfer<Event>[] | void;
  readonly evolve: (state: State, event: Event) => State;
}

/** What has happened so far. */
export interface GivenEvents<State, Command, Event extends Fact> {
  /** What has happened makes this state. */
  readonly state: State;
  /** What came of these commands has happened too; throws what one of them was refused with. */
  after(...commands: readonly Command[]): GivenEvents<State, Command, Event>;
  /** Asks for something. */
  when(command: Command): Decided<State, Event>;
}

/** What came of the command. */
export interface Decided<State, Event extends Fact> {
  /** Its events; throws what it was refused with. */
  readonly events: readonly Event[];
  /** The state after it; throws what it was refused with. */
  readonly state: State;
  /** These events came of it, these only, in this order. */
  then(events: readonly Event[]): void;
  /** Nothing came of it: it had been done before, or changes nothing. */
  thenNothing(): void;
  /**
   * It was refused. Of the refusal may be asked: its class, a pattern of its message, or some of
   * its fields, such as `{ code: 'order-unknown' }`.
   */
  thenRefused(refusal?: ExpectedRefusal): void;
}

export function givenEvents<State, Command, Event extends Fact>(
  decider: Decider<State, Command, Event>,
  events: readonly Event[],
): GivenEvents<State, Command, Event> {
  return givenState(decider, evolveAll(decider, deepFreeze(decider.initial), events));
}

function givenState<State, Command, Event extends Fact>(
  decider: Decider<State, Command, Event>,
  state: State,
): GivenEvents<State, Command, Event> {
  return {
    state,
    after: (...commands) =>
      givenState(
        decider,
        commands.reduce((before, command) => decide(decider, before, command).state, state),
      ),
    when: (command) => decide(decider, state, command),
  };
}

function decide<State, Command, Event extends Fact>(
  decider: Decider<State, Command, Event>,
  before: State,
  command: Command,
): Decided<State, Event> {
  const outcome = outcomeOf(decider, before, command);
  const asked = nameOf(command);
  return {
    get events() {
      return accepted(outcome);
    },
    get state() {
      return evolveAll(decider, before, accepted(outcome));
    },
    // oxlint-disable-next-line unicorn/no-thenable -- a sentence, not a promise; see assertNoPromise
    then(expected) {
      assertNoPromise(expected);
      if (outcome.kind === 'refused') throw wasRefused(asked, outcome.refusal);
      assertEvents(`Other events came of ${asked} than expected:`, expected, outcome.events);
    },
    thenNothing() {
      if (outcome.kind === 'refused') throw wasRefused(asked, outcome.refusal);
      assertEvents(`Nothing was to come of ${asked}, but this did:`, [], outcome.events);
    },
    thenRefused(expected) {
      if (outcome.kind === 'decided') throw wasDecided(asked, outcome.events);
      assertRefusal(asked, outcome.refusal, expected);
    },
  };
}

type Outcome<Event> =
  | { readonly kind: 'decided'; readonly events: readonly Event[] }
  | { readonly kind: 'refused'; readonly refusal: unknown };

function outcomeOf<State, Command, Event extends Fact>(
  decider: Decider<State, Command, Event>,
  state: State,
  command: Command,
): Outcome<Event> {
  let events: readonly Event[];
  try {
    events = decider.decide(deepFreeze(command), state) ?? [];
  } catch (refusal) {
    if (!isRefusal(refusal)) throw refusal;
    return { kind: 'refused', refusal };
  }
  for (const { type, data } of events)
    assertJson(() => `The data of ${JSON.stringify(type)}`, data);
  return { kind: 'decided', events };
}

function accepted<Event>(outcome: Outcome<Event>): readonly Event[] {
  if (outcome.kind === 'refused') throw outcome.refusal;
  return outcome.events;
}

function evolveAll<State, Event extends Fact>(
  decider: Pick<Decider<State, never, Event>, 'evolve'>,
  before: State,
  events: readonly Event[],
): State {
  return events.reduce((state, event) => {
    const after = decider.evolve(state, deepFreeze(event));
    if (after === undefined)
      throw new ExpectationError(`evolve makes no state of ${JSON.stringify(event.type)}.`);
    return deepFreeze(after);
  }, before);
}

function assertEvents(what: string, expected: readonly Fact[], actual: readonly Fact[]): void {
  assertList(
    what,
    { expected, actual },
    { name: ({ type }) => type, detail: ({ data }) => shown(data) },
  );
}

function wasRefused(asked: string, refusal: unknown): Error {
  const why = refusal instanceof Error ? `${refusal.name}: ${refusal.message}` : String(refusal);
  return new ExpectationError(
    `${asked} was refused, but should not have been.`,
    [`  ${why}`],
    refusal,
  );
}

function wasDecided(asked: string, events: readonly Fact[]): Error {
  const came = events.map(({ type, data }) => `  + ${type} ${shown(data)}`);
  return new ExpectationError(
    `${asked} should have been refused, but ` +
      (came.length === 0 ? 'was not, and nothing came of it.' : 'this came of it:'),
    came,
  );
}

function nameOf(command: unknown): string {
  const type = (command as { readonly type?: unknown } | null)?.type;
  return typeof type === 'string' ? JSON.stringify(type) : 'The command';
}

/** Whatever has a `then` is taken for a promise by `await`, which calls it with two functions. */
export function assertNoPromise(expected: unknown): void {
  if (typeof expected === 'function')
    throw new TypeError('given(…) is not a promise: leave out "await", and end with then(…).');
}
