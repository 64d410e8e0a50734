import type { Fact, Recorded } from '../message/fact.ts';
import { type Jsonable, deepFreeze } from '../message/json.ts';
import { whyNotJson } from '../message/not-json.ts';
import type { Upcasters } from '../message/upcasting.ts';

/**
 * A consistency boundary with an id, written as a decider: `decide` says what happens, `evolve`
 * what that makes of the state. Both are pure; this is only their wiring.
 *
 * @example
 * const { name, initial, stored } = order;
 */
export interface Aggregate<
  Name extends string = string,
  State = unknown,
  Command = unknown,
  Event extends Fact = Fact,
> {
  readonly kind: 'aggregate';
  readonly name: Name;
  readonly initial: State;
  readonly decide: (command: Command, state: State) => readonly Event[] | void;
  readonly evolve: (state: State, event: Event) => State;
  readonly stored: 'events' | 'state';
  readonly snapshotEvery: number;
  readonly stateVersion: number;
  readonly upgradeState: ((state: unknown, fromVersion: number) => State) | undefined;
  readonly upcasters: Readonly<Record<string, Upcasters<unknown> | undefined>>;
  readonly retired: readonly string[];
  readonly personal: Readonly<Record<string, readonly string[] | undefined>>;
}

/** Any aggregate, where its types do not matter. */
// oxlint-disable-next-line no-explicit-any -- states and commands are used in both directions
export type AnyAggregate = Aggregate<string, any, any, any>;

export interface AggregateOptions<State, Event extends Fact> {
  /**
   * `events` (default): the state is folded from the stream. `state`: every append also writes the
   * state, which is then trusted; the stream is history.
   */
  readonly stored?: 'events' | 'state';
  /** Writes a snapshot each so many events. Default 100; 0 for never. */
  readonly snapshotEvery?: number;
  /** Goes up when the shape of the state changes: older snapshots are then not used. Default 1. */
  readonly stateVersion?: number;
  /** Makes a current state of an older stored one. Needed with `stored: 'state'`. */
  readonly upgradeState?: (state: unknown, fromVersion: number) => State;
  /** How old events become current ones, by event type. */
  readonly upcasters?: {
    readonly [T in Event['type']]?: Upcasters<Extract<Event, { type: T }>['data']>;
  };
  /** Types that old streams still hold and that no longer mean anything: skipped. */
  readonly retired?: readonly string[];
  /** Top-level fields of events that tell something of a person. */
  readonly personal?: {
    readonly [T in Event['type']]?: readonly (keyof Extract<Event, { type: T }>['data'] & string)[];
  };
}

/**
 * Wires a decider. All types are inferred; the events from `evolve` alone, as `decide` may return
 * fewer kinds.
 *
 * @throws {AggregateDefinitionError} when the name cannot be part of a stream's name, or the state
 *   cannot be kept in snapshots.
 * @example
 * const order = aggregate({ name: 'order', initial, decide, evolve });
 */
export function aggregate<
  const Name extends string,
  State,
  Command extends Fact,
  Event extends Fact,
>(
  definition: {
    readonly name: Name;
    readonly initial: State;
    readonly decide: (command: Command, state: State) => readonly NoInfer<Event>[] | void;
    readonly evolve: (state: State, event: Event) => State;
  } & AggregateOptions<NoInfer<State>, Event> &
    JsonEvents<Event>,
): Aggregate<Name, State, Command, Event> {
  assertAggregateName(definition.name);
  assertStateCanBeKept(definition);
  return {
    kind: 'aggregate',
    name: definition.name,
    initial: deepFreeze(definition.initial),
    decide: definition.decide,
    evolve: definition.evolve,
    stored: definition.stored ?? 'events',
    snapshotEvery: definition.snapshotEvery ?? 100,
    stateVersion: definition.stateVersion ?? 1,
    upgradeState: definition.upgradeState,
    upcasters: byType(definition.upcasters),
    retired: definition.retired ?? [],
    personal: byType(definition.personal),
  };
}

/** Without a prototype: an event may be called `constructor`. */
function byType<Part>(
  parts: Readonly<Record<string, Part | undefined>> = {},
): Readonly<Record<string, Part | undefined>> {
  return Object.assign(Object.create(null) as Record<string, Part | undefined>, parts);
}

/** What `handle` answers inside a handler, where nothing is committed yet. */
export interface Changed<State, Event extends Fact> {
  readonly id: string;
  readonly state: State;
  readonly events: readonly Recorded<Event>[];
  readonly version: number;
}

/**
 * What `handle` answers: the new state, what happened, and a token to read one's own write.
 *
 * @example
 * const { state, events, token } = await app.handle(order, 'o-1', { type: 'PlaceOrder', data });
 */
export interface Handled<State, Event extends Fact> extends Changed<State, Event> {
  /** Pass it to a query's `after`. */
  readonly token: string;
}

/** The stream of one aggregate instance. */
export function streamName(aggregateName: string, id: string): string {
  return `${aggregateName}/${id}`;
}

/** The aggregate's name in a stream's name. */
export function aggregateOfStream(stream: string): string {
  return stream.slice(0, stream.indexOf('/'));
}

/** The instance's id in a stream's name; ids may contain anything, slashes too. */
export function idOfStream(stream: string): string {
  return stream.slice(stream.indexOf('/') + 1);
}

/** Fails to compile, naming the field, when an event's data is not JSON. */
type JsonEvents<Event extends Fact> =
  Event['data'] extends Jsonable<Event['data']>
    ? unknown
    : { readonly evolve: Jsonable<Event['data']> };

function assertAggregateName(name: string): void {
  if (name !== '' && !name.includes('/')) return;
  const problem = `can't be an aggregate's name: use a word without "/", such as "order"`;
  throw new AggregateDefinitionError(name, problem);
}

/** A snapshot is JSON: better to hear now that a state is none than at the hundredth event. */
function assertStateCanBeKept(definition: {
  readonly name: string;
  readonly initial: unknown;
  readonly stored?: 'events' | 'state';
  readonly snapshotEvery?: number;
}): void {
  const { name, initial, stored, snapshotEvery } = definition;
  if (initial === undefined || (stored !== 'state' && snapshotEvery === 0)) return;
  const problem = whyNotJson(initial);
  if (problem === undefined) return;
  const otherwise = stored === 'state' ? '' : ', or keep no snapshots with snapshotEvery: 0';
  throw new AggregateDefinitionError(
    name,
    `has an initial state that is not JSON, as snapshots are: ${problem}. Make it plain data` +
      otherwise,
  );
}

/** An aggregate's name cannot be part of a stream's name, or its state cannot be kept. */
export class AggregateDefinitionError extends Error {
  override readonly name = 'AggregateDefinitionError';
  readonly code = 'aggregate-definition';
  readonly retryable = false;
  readonly aggregate: string;

  constructor(name: string, problem: string) {
    super(`${JSON.stringify(name)} ${problem}.`);
    this.aggregate = name;
  }
}
