import type { Aggregate, AnyAggregate, Handled } from '../aggregate/aggregate.ts';
import type { BoundedContext } from '../context/bounded-context.ts';
import type { Clock } from '../host/clock.ts';
import type { Fact } from '../message/fact.ts';
import { timeOf } from '../message/business-time.ts';
import { frozenCopy } from '../message/json.ts';
import {
  type PendingTimer,
  type TimerSelection,
  pendingTimers,
} from '../process/pending-timers.ts';
import type { ProcessManager } from '../process/process-manager.ts';
import type { BusinessTime } from '../process/time-source.ts';
import type { Query } from '../read-model/query.ts';
import type { AnyReadModel, ReadModel } from '../read-model/read-model.ts';
import { type Tool, assertOutsideHandler } from '../subscription/in-handler.ts';
import type { Activity } from './activity.ts';
import { type ByWhom, assertByWhom } from './by-whom.ts';
import { type HandleOptions, handleCommand } from './handle-command.ts';
import { type Health, healthOf } from './health.ts';
import {
  type ParkedSelection,
  type RedriveOptions,
  type Redriven,
  discard,
  listParked,
  redrive,
} from './parked.ts';
import { NotRunningHereError } from './not-running-here.ts';
import type { ParkedNotes } from './parked-notes.ts';
import { queryModel } from './query-model.ts';
import { reachBusinessTime } from './reach-business-time.ts';
import { type RebuildOptions, rebuildModel } from './rebuild.ts';
import type { RunningContext } from './running-context.ts';
import { type Parked, type Reached, type Settled, type SettledOptions, settle } from './settled.ts';
import type { ThereuponConfig } from './thereupon-config.ts';
import { parseToken } from './token.ts';
import { type ProcessView, viewProcess } from './view-process.ts';
import { StoppedError } from './stopped.ts';
import {
  type Transacted,
  type Transaction,
  type TransactionOptions,
  transact,
} from './transaction.ts';

const SETTLED_MS = 30_000;
/** Whoever waits for everything to settle looks again after this time, whatever was heard. */
const LOOK_AGAIN_MS = 100;

/**
 * A running application: where commands come in and questions are asked. Made by `run`, ended by
 * `stop`.
 *
 * @example
 * const application: Application = await run([ordering, billing], { store });
 * await application.handle(order, 'o-1', { type: 'PlaceOrder', data });
 * await application.stop();
 */
export class Application {
  readonly #contexts: readonly RunningContext[];
  readonly #activity: Activity;
  readonly #clock: Clock;
  readonly #businessTime: BusinessTime;
  readonly #end: () => Promise<void>;
  readonly #parked: ParkedNotes;
  readonly #config: ThereuponConfig;
  readonly #stopped = new AbortController();
  /** What a stop lets come to its end. */
  readonly #underWay = new Set<Promise<unknown>>();
  #stopping: Promise<void> | undefined;

  constructor(parts: {
    readonly contexts: readonly RunningContext[];
    readonly activity: Activity;
    readonly clock: Clock;
    readonly businessTime: BusinessTime;
    /** What was parked since the start. */
    readonly parked: ParkedNotes;
    /** What it was made from. */
    readonly config: ThereuponConfig;
    readonly end: () => Promise<void>;
  }) {
    this.#contexts = parts.contexts;
    this.#activity = parts.activity;
    this.#clock = parts.clock;
    this.#parked = parts.parked;
    this.#config = parts.config;
    this.#businessTime = parts.businessTime;
    this.#end = parts.end;
  }

  /**
   * What an application is made of: for the test kit, which looks at what goes on inside. It is
   * no part of what `thereupon` exports.
   */
  static contextsOf(application: Application): readonly RunningContext[] {
    return application.#contexts;
  }

  /**
   * What an application was made from; undefined for what is none. For what looks at it from outside,
   * as the console does. It is no part of what `thereupon` exports.
   */
  static configOf(application: object): ThereuponConfig | undefined {
    return #config in application ? application.#config : undefined;
  }

  /**
   * Handles a command by one aggregate: loads, decides, commits; durable when it resolves. After
   * a conflict it loads and decides again. What `decide` throws comes out as it was thrown. It may
   * be called again before it has ended: `callsUnderWayMax` of `run` are under way at a time in
   * each context, further ones wait in order.
   *
   * @throws {VersionConflictError} when `expectedVersion` does not hold.
   * @throws {CommandIdReusedError} when the `commandId` was used for something else.
   * @throws {TooManyCallsError} when 100,000 calls of the context wait already.
   * @example
   * const { token } = await app.handle(order, 'o-1', { type: 'PlaceOrder', data }, { commandId: 'c-1' });
   */
  async handle<State, Command extends Fact, Event extends Fact>(
    aggregate: Aggregate<string, State, Command, Event>,
    id: string,
    command: NoInfer<Command>,
    options: HandleOptions = {},
  ): Promise<Handled<State, Event>> {
    this.#assertMayCall('app.handle', 'handle');
    const running = this.#contextOfAggregate(aggregate);
    // As they are now: the caller may go on to use its own.
    const asked = frozenCopy({ id, command, options });
    const { signal } = options;
    const work = () => handleCommand(running, aggregate, asked);
    return running.calls.run({ called: 'app.handle', signal, work });
  }

  /**
   * The unit of work of a context that keeps its own tables: what `work` does with the store's
   * client and what it publishes commit together, or not at all. With a `commandId` it takes effect
   * once; `asked` then says what it was given for.
   *
   * @throws {CommandIdReusedError} when the `commandId` was used for something else.
   *
   * @example
   * await app.transaction(catalogue, (tx: Transaction<DatabaseSync>) => {
   *   tx.database.prepare('insert into products values (?)').run('p-1');
   *   tx.publish(ProductListed, { productId: 'p-1' });
   * });
   */
  async transaction<Database, T>(
    context: BoundedContext,
    work: (tx: Transaction<Database>) => T | Promise<T>,
    options: TransactionOptions = {},
  ): Promise<Transacted<T>> {
    this.#assertMayCall('app.transaction', 'publish', 'handle');
    const running = this.#contextNamed(context.name);
    const asked = frozenCopy(options);
    const { signal } = asked;
    const transaction = () => transact(running, work, asked);
    return running.calls.run({ called: 'app.transaction', signal, work: transaction });
  }

  /**
   * Asks a read model of any context that runs here.
   *
   * @example
   * const found = await app.read(orderBook).get('o-1', { after: token });
   */
  read<Document extends object>(model: ReadModel<Document>): Query<Document> {
    assertMayRead();
    const query = queryModel<Document>(this.#contextOfModel(model), model);
    // A handler may have it from outside, and must not ask another context by it either.
    return {
      get: async (key, options) => (assertMayRead(), query.get(key, options)),
      find: async (asked) => (assertMayRead(), query.find(asked)),
      count: async (where) => (assertMayRead(), query.count(where)),
    };
  }

  /**
   * Resolves when nothing of a business action, or nothing at all, is left to do anywhere here, and
   * answers with the timers that are still to come, at most 1,000 of them. What other processes do
   * of the contexts that run here is waited for as well; what contexts do that run elsewhere is not,
   * but for what the tokens in `after` stand for.
   *
   * @throws {SettledParkedError} when something was parked, since the call or of that action.
   * @throws {NotSettledError} when it takes longer than `timeoutMs` (default 30,000).
   */
  async settled(options: SettledOptions = {}): Promise<Settled> {
    this.#assertMayCall('app.settled');
    const reached = await this.#settle(options);
    const { correlationId } = options;
    const timers = await this.timers(correlationId === undefined ? {} : { correlationId });
    return { timers, ...reached };
  }

  async #settle(options: SettledOptions): Promise<Reached> {
    const after = (options.after ?? []).map(parseToken);
    const timeout = new AbortController();
    const giveUp = (): void => timeout.abort();
    this.#stopped.signal.addEventListener('abort', giveUp);
    const cancel = this.#clock.after(options.timeoutMs ?? SETTLED_MS, giveUp);
    let cancelLook = (): void => undefined;
    const lookAgain = (): void => {
      this.#activity.happened();
      cancelLook = this.#clock.after(LOOK_AGAIN_MS, lookAgain);
    };
    cancelLook = this.#clock.after(LOOK_AGAIN_MS, lookAgain);
    const parkedBefore = this.#parked.count;
    try {
      return await settle(this.#contexts, this.#activity, {
        after,
        correlationId: options.correlationId,
        signal: timeout.signal,
        parked: () => this.#parked.since(parkedBefore),
      });
    } finally {
      cancel();
      cancelLook();
      this.#stopped.signal.removeEventListener('abort', giveUp);
    }
  }

  /**
   * The timers that are set and have not fired, the earliest first.
   *
   * @example
   * const [next] = await app.timers({ process: 'payment deadline', key: 'o-1' });
   */
  async timers(selection: TimerSelection = {}): Promise<readonly PendingTimer[]> {
    const places = this.#contexts.map(({ log, timers }) =>
      timers === undefined ? { log } : { log, subscriptions: timers.waiting },
    );
    return (await pendingTimers(places, selection)).timers;
  }

  /**
   * One process as it stands; undefined when none of this key goes on.
   *
   * @example
   * const running = await app.process(paymentDeadline, 'o-1');
   */
  process<State>(
    manager: ProcessManager<string, State>,
    key: string,
  ): Promise<ProcessView<State> | undefined> {
    return viewProcess(this.#contextOfProcess(manager), manager, key);
  }

  /**
   * Says that all business before `time` is done, for timers by business time, while what happened
   * long ago is done again: those that are due by then fire, each when what the one before has
   * caused has settled. Business time stands there until the next call, or `followClock`. Each process
   * has a business time of its own: where several run a context, tell it to each of them, as any of
   * them may have the timers.
   *
   * @throws {InvalidTimeError} when `time` is no ISO 8601 text.
   * @throws {SettledParkedError} when something was parked on the way; call it again to go on.
   * @example
   * await app.reachBusinessTime('2011-12-09T12:50:00.000Z');
   */
  async reachBusinessTime(time: string): Promise<void> {
    this.#assertMayCall('app.reachBusinessTime');
    const to = timeOf(time);
    await reachBusinessTime(this.#contexts, this.#businessTime, to, () => this.#settle({}));
  }

  /** From now on timers by business time go by the clock. What is overdue by then fires at once. */
  followClock(): void {
    this.#businessTime.followClock();
  }

  /** The parked records of a selection, with the number held behind each: what a redrive would do. */
  parked(selection: ParkedSelection = {}): ReturnType<typeof listParked> {
    return listParked(this.#contexts, selection);
  }

  /**
   * Tries parked records again. Look with `parked` first; try one with `trial: true`. One of which the
   * data is to blame can be handled with `edited` data in place of its own.
   *
   * @throws {EditRefusedError} when edited data does not fit; nothing was done.
   */
  async redrive(selection: ParkedSelection, options: RedriveOptions): Promise<Redriven> {
    this.#assertMayCall('app.redrive');
    const signal = this.#untilStopped(options.signal);
    return this.#finish(redrive(this.#contexts, selection, { ...options, signal }));
  }

  /** Gives parked records up for good; who and why are kept. */
  async discard(selection: ParkedSelection, options: ByWhom): Promise<readonly Parked[]> {
    this.#assertMayCall('app.discard');
    return this.#finish(discard(this.#contexts, selection, options));
  }

  /**
   * Stops a subscription from taking more until `resume`: a reaction, an effect, a process manager or a
   * read model (`name@version`). It holds over restarts and for all processes that run the context; the
   * others take it up within a moment. What is under way comes to its end. Paused already, it stays as
   * it was.
   *
   * @throws {NotPausableError} for a relay, an intake, timers or an inline read model.
   * @example
   * await app.pause(billing, 'charge the card', { who: 'ann', why: 'the bank is down' });
   */
  async pause(context: BoundedContext, subscription: string, options: ByWhom): Promise<void> {
    this.#assertMayCall('app.pause');
    assertByWhom(options);
    const { pauses } = this.#contextNamed(context.name);
    await this.#finish(pauses.pause(subscription, options));
  }

  /**
   * Lets a subscription go on that was paused, whoever has paused it: in all processes that run the
   * context, and over restarts. Where it is not paused nothing is done.
   *
   * @throws {NotPausableError} for what can't be paused.
   */
  async resume(context: BoundedContext, subscription: string, options: ByWhom): Promise<void> {
    this.#assertMayCall('app.resume');
    assertByWhom(options);
    const { pauses } = this.#contextNamed(context.name);
    await this.#finish(pauses.resume(subscription, options));
  }

  /**
   * Builds a read model anew beside the one that is read, and puts it in its place when it has
   * come as far. Aborting leaves the old one as it was, and so does a kill.
   *
   * @throws {RebuildError} when it did not come to its end; of a record that cannot be folded it
   * names `recordId` and `key`.
   */
  async rebuild(model: AnyReadModel, options: RebuildOptions = {}): Promise<void> {
    this.#assertMayCall('app.rebuild');
    const signal = this.#untilStopped(options.signal);
    const running = this.#contextOfModel(model);
    await this.#finish(rebuildModel(running, model, { ...options, signal }));
  }

  /** How everything is, as data. */
  health(): Promise<Health> {
    return healthOf(this.#contexts);
  }

  /**
   * Stops taking, finishes or hands back, writes checkpoints, closes. Idempotent. Until it has
   * ended, the application keeps its process alive; afterwards nothing of it does.
   */
  async stop(): Promise<void> {
    assertOutsideHandler('app.stop');
    await (this.#stopping ??= this.#stop());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(): Promise<void> {
    this.#stopped.abort();
    const calls = this.#contexts.map((running) => running.calls.stop());
    await Promise.allSettled([...calls, ...this.#underWay]);
    await this.#end();
  }

  /** Aborts when the given one does, or the application is stopped. */
  #untilStopped(given: AbortSignal | undefined): AbortSignal {
    const stopped = this.#stopped.signal;
    return given === undefined ? stopped : AbortSignal.any([given, stopped]);
  }

  /** Lets a stop wait until something is done that was begun before it. */
  async #finish<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work);
    try {
      return await work;
    } finally {
      this.#underWay.delete(work);
    }
  }

  /** `instead` are the tools that do the same in a handler. */
  #assertMayCall(called: string, ...instead: readonly Tool[]): void {
    assertOutsideHandler(called, ...instead);
    if (this.#stopped.signal.aborted) throw new StoppedError(called);
  }

  #contextNamed(name: string): RunningContext {
    const found = this.#contexts.find((running) => running.name === name);
    if (found === undefined) throw new NotRunningHereError(`context "${name}"`);
    return found;
  }

  #contextOfAggregate(aggregate: AnyAggregate): RunningContext {
    const found = this.#contexts.find(({ context }) => context.aggregates.includes(aggregate));
    if (found === undefined) throw new NotRunningHereError(`aggregate "${aggregate.name}"`);
    return found;
  }

  #contextOfProcess(process: ProcessManager): RunningContext {
    const found = this.#contexts.find(({ context }) => context.processes.includes(process));
    if (found === undefined) throw new NotRunningHereError(`process manager "${process.name}"`);
    return found;
  }

  #contextOfModel(model: AnyReadModel): RunningContext {
    const found = this.#contexts.find(({ context }) => context.readModels.includes(model));
    if (found === undefined) throw new NotRunningHereError(`read model "${model.name}"`);
    return found;
  }
}

function assertMayRead(): void {
  assertOutsideHandler('app.read', 'read');
}
