import type { Aggregate, Handled } from '../../aggregate/aggregate.ts';
import type { BoundedContext } from '../../context/bounded-context.ts';
import type { Randomness } from '../../host/randomness.ts';
import type { LogReader } from '../../log/log.ts';
import type { Fact } from '../../message/fact.ts';
import type { Query } from '../../read-model/query.ts';
import type { ReadModel } from '../../read-model/read-model.ts';
import type { HandleOptions } from '../../runtime/handle-command.ts';
import type { Transacted, Transaction, TransactionOptions } from '../../runtime/transaction.ts';
import type { FaultKind } from './fault-kinds.ts';
import type { SimulatedRecord } from './records.ts';

/**
 * What is simulated: contexts, what is asked of them, and what must hold whatever goes wrong.
 *
 * @example
 * const simulation: Simulation = {
 *   contexts: () => [ordering, billing],
 *   workload: () => [
 *     {
 *       name: 'place o-1',
 *       work: (app) =>
 *         app.handle(order, 'o-1', { type: 'PlaceOrder', data }, { commandId: 'place o-1' }),
 *     },
 *   ],
 *   invariants: {
 *     settled: {
 *       'every order is confirmed': ({ records }) => {
 *         const confirmed = records('ordering').filter(({ type }) => type === 'OrderConfirmed');
 *         if (confirmed.length !== 1) throw new Error(`confirmed ${confirmed.length} times`);
 *       },
 *     },
 *   },
 * };
 */
export interface Simulation<Outside extends object = object> {
  /** Said in reports. */
  readonly name?: string;
  /**
   * Builds the contexts; called anew for each life of a process. When it imports them
   * (`() => import('./contexts.ts').then(({ contexts }) => contexts)`), their modules are loaded
   * anew, so that what is kept in a variable of a module is lost at a crash, as it would be. Those
   * that do not take it from their `dependencies` are built with the outside as this life sees it.
   */
  readonly contexts: (
    outside: Outside,
  ) => readonly BoundedContext[] | Promise<readonly BoundedContext[]>;
  /**
   * What the contexts talk to outside of Thereupon (a payment gateway, a mail server), made anew for
   * each run. Handlers get it as their `dependencies`, and each call of it may fail, be slow, or
   * lose its answer. It outlives crashes.
   */
  readonly outside?: () => Outside;
  /** What is asked of the application, step by step; the steps overlap. */
  readonly workload: (chance: WorkloadChance) => readonly Step[];
  readonly invariants: Invariants<Outside>;
  /** Which faults may happen. Default: all. */
  readonly faults?: Partial<Readonly<Record<FaultKind, boolean>>>;
  /** What carries messages between the contexts; the seed chooses. Default: both. */
  readonly backbones?: readonly SimulatedBackboneName[];
  /** In how many processes the contexts run at most; the seed chooses. Default 3. */
  readonly processesMax?: number;
}

/**
 * embedded: log to log. broker: a broker that keeps the order of a key. unordered: one that does
 * not.
 */
export type SimulatedBackboneName = 'embedded' | 'broker' | 'unordered';

/** Chance as a workload draws it: by the seed. */
export interface WorkloadChance extends Randomness {
  /** A whole number from 0 to `count - 1`. */
  below(count: number): number;
  /** True with this chance, from 0 to 1. */
  happens(chance: number): boolean;
  pick<T>(list: readonly T[]): T;
}

/**
 * One thing that a client asks. When the process is down, or an answer is lost, it is asked again,
 * as a client would: so give commands a `commandId`, and catch the refusals that you expect.
 */
export interface Step {
  readonly name: string;
  readonly work: (app: SimulatedApplication) => Promise<unknown>;
}

/** The application as a client reaches it, whichever processes it runs in at the moment. */
export interface SimulatedApplication {
  handle<State, Command extends Fact, Event extends Fact>(
    aggregate: Aggregate<string, State, Command, Event>,
    id: string,
    command: NoInfer<Command>,
    options?: HandleOptions,
  ): Promise<Handled<State, Event>>;
  transaction<Database, T>(
    context: BoundedContext,
    work: (tx: Transaction<Database>) => T | Promise<T>,
    options?: TransactionOptions,
  ): Promise<Transacted<T>>;
  read<Document extends object>(model: ReadModel<Document>): Query<Document>;
  /** Waits, in virtual time. */
  sleep(ms: number): Promise<void>;
}

/** What must hold, each by its name: a function that throws when it does not. */
export interface Invariants<Outside extends object> {
  /** Looked at after every commit and after every call to the outside, so they must be quick. */
  readonly always?: Readonly<Record<string, (world: SeenWorld<Outside>) => void>>;
  /** Looked at when the faults have stopped and everything has settled. */
  readonly settled?: Readonly<Record<string, (world: SettledWorld<Outside>) => unknown>>;
}

/** What an invariant sees. */
export interface SeenWorld<Outside extends object = object> {
  readonly outside: Outside;
  /** What a context's log holds, in its order. */
  readonly records: (context: string) => readonly SimulatedRecord[];
}

/** What an invariant sees when everything has settled. */
export interface SettledWorld<Outside extends object = object> extends SeenWorld<Outside> {
  /** All that a context's log holds. */
  readonly log: (context: string) => Promise<LogReader>;
}
