import type { AnyAggregate } from '../aggregate/aggregate.ts';
import { StateCache } from '../aggregate/state-cache.ts';
import type { Backbone } from '../backbone/backbone.ts';
import { borderSubscription } from '../backbone/border.ts';
import { Intake } from '../backbone/intake.ts';
import { Relay } from '../backbone/relay.ts';
import {
  type BoundedContext,
  consumedContracts,
  publishedContracts,
} from '../context/bounded-context.ts';
import type { Publication } from '../context/publication.ts';
import type { Workplace } from '../context/unit.ts';
import { KeyedLock } from '../context/keyed-lock.ts';
import { vocabularyOf } from '../context/vocabulary.ts';
import type { Host } from '../host/host.ts';
import { Committer } from '../log/committer.ts';
import type { Log } from '../log/log.ts';
import type { NewRecord } from '../log/record.ts';
import type { Store } from '../log/store.ts';
import type { Fence, WriteSet } from '../log/write-set.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import { PAYLOAD_CHARACTERS_MAX } from '../message/payload.ts';
import type { Effect } from '../reaction/effect.ts';
import { effectSubscription } from '../reaction/effect-subscription.ts';
import type { HandlerSurroundings } from '../reaction/handler-tools.ts';
import { movedBy } from '../reaction/looked-at.ts';
import { UnderWay } from '../reaction/under-way.ts';
import { reactionSubscription } from '../reaction/reaction-subscription.ts';
import type { Source } from '../reaction/source.ts';
import type { Dependencies } from '../reaction/tools.ts';
import type { Reaction } from '../reaction/whenever.ts';
import { instancesOf } from '../process/process-instance.ts';
import type { ProcessManager } from '../process/process-manager.ts';
import { processSubscription } from '../process/process-subscription.ts';
import { RECURRING } from '../process/recurring.ts';
import type { BusinessTime } from '../process/time-source.ts';
import { timerName, timerOwner } from '../process/timer-type.ts';
import { modelSubscription } from '../read-model/model-subscription.ts';
import { KnownDocuments } from '../read-model/known-documents.ts';
import { type AnyReadModel, modelName } from '../read-model/read-model.ts';
import { describeError } from '../subscription/failure.ts';
import type { SubscriptionHooks } from '../subscription/news.ts';
import type { SubscriptionDefinition } from '../subscription/subscription-definition.ts';
import { Subscription } from '../subscription/subscription.ts';
import { TailReader } from '../subscription/tail-reader.ts';
import type { LogLevel, Logger } from '../telemetry/logger.ts';
import type { Activity } from './activity.ts';
import { clearCutShort } from './building.ts';
import { CallsUnderWay } from './calls-under-way.ts';
import { DEDUPE_WINDOW_MS, DedupeWindow } from './dedupe-window.ts';
import { buildInlineModels } from './inline-models.ts';
import { ContextTimers } from './context-timers.ts';
import { OLD_READ_MODELS_KEPT_MS, OldVersions } from './old-versions.ts';
import { assertOwnReadModel } from './own-read-model.ts';
import { queryModel } from './query-model.ts';
import { setRecurringTimers } from './recurring-timers.ts';
import { type Start, type Starting, startPositions } from './start-position.ts';

/** So many aggregate states are kept in memory, for each context. */
const STATES_MAX = 5_000;

/** What a context runs with. */
export interface Means {
  readonly contexts: readonly BoundedContext[];
  readonly store: Store;
  readonly backbone: Backbone;
  readonly host: Host;
  readonly logger: Logger;
  readonly activity: Activity;
  readonly businessTime: BusinessTime;
  readonly dependencies: Dependencies;
  readonly charactersMax: number | undefined;
  readonly callsUnderWayMax: number | undefined;
  readonly dedupeWindowMs: number | undefined;
  readonly oldReadModelsKeptMs: number | undefined;
  readonly onParked: (context: string, row: WaitingRow) => void;
  readonly onStalled: (context: string, subscription: string, why: string) => void;
}

/**
 * One bounded context, alive: its log, the committer before it, and everything that reads it. It
 * is put together in `prepare`, where nothing moves yet, and moves from `start` to `stop`.
 */
export class RunningContext {
  readonly name: string;
  readonly context: BoundedContext;
  readonly log: Log;
  readonly committer: Committer;
  readonly tail: TailReader;
  readonly workplace: Workplace;
  readonly activity: Activity;
  readonly logger: Logger;
  readonly locks = new KeyedLock();
  /** What was called from outside. */
  readonly calls: CallsUnderWay;
  readonly subscriptions: Subscription[] = [];
  readonly models = new Map<AnyReadModel, Subscription>();
  readonly rebuilding = new Set<AnyReadModel>();
  readonly intakes = new Map<string, Intake>();
  readonly timers: ContextTimers;
  /** Timers that fired and meant nothing any more, by process manager, since the start. */
  readonly ignoredTimers = new Map<string, number>();
  relay: Relay | undefined;
  readonly #means: Means;
  readonly #owner: string;
  readonly #underWay = new UnderWay();
  readonly #inlineFences: Fence[] = [];
  readonly #dedupeWindow: DedupeWindow;
  readonly #oldVersions: OldVersions;
  #start: Pick<Start, 'positions' | 'fromNow'> = { positions: new Map(), fromNow: new Set() };

  private constructor(context: BoundedContext, means: Means, log: Log) {
    const vocabulary = vocabularyOf(context);
    this.name = context.name;
    this.context = context;
    this.log = log;
    this.activity = means.activity;
    this.logger = means.logger;
    this.calls = new CallsUnderWay(context.name, means.callsUnderWayMax);
    this.committer = new Committer(log, means.host.clock);
    this.tail = new TailReader(log, vocabulary, means.host.clock);
    this.#means = means;
    this.#owner = means.host.ids.next();
    this.timers = new ContextTimers(
      {
        context: context.name,
        log,
        committer: this.committer,
        host: means.host,
        logger: means.logger,
        owner: this.#owner,
        onChange: means.activity.happened,
        onStalled: (name, why) => means.onStalled(context.name, name, why),
      },
      means.businessTime,
    );
    this.#dedupeWindow = new DedupeWindow({
      log,
      clock: means.host.clock,
      logger: means.logger,
      windowMs: means.dedupeWindowMs ?? DEDUPE_WINDOW_MS,
    });
    this.#oldVersions = new OldVersions({
      log,
      committer: this.committer,
      clock: means.host.clock,
      logger: means.logger,
      keptMs: means.oldReadModelsKeptMs ?? OLD_READ_MODELS_KEPT_MS,
      declared: context.readModels,
      positionOf: (model) => this.models.get(model)?.position,
      head: () => this.tail.head,
    });
    this.workplace = {
      context: context.name,
      log,
      vocabulary,
      states: new StateCache(STATES_MAX),
      host: means.host,
      charactersMax: means.charactersMax ?? PAYLOAD_CHARACTERS_MAX,
      inlineModels: context.readModels.filter((model) => model.inline),
      inlineLock: new KeyedLock(),
      inlineDocuments: new KnownDocuments(),
      inlineFences: this.#inlineFences,
      publications: publicationsByEvent(context),
      published: new Set(publishedContracts(context)),
    };
  }

  /** Opens the log and makes ready. Answers with what the wiring still has to say, too. */
  static async prepare(
    context: BoundedContext,
    means: Means,
  ): Promise<{ running: RunningContext; problems: readonly string[] }> {
    const log = await means.store.open(context.name);
    try {
      const running = new RunningContext(context, means, log);
      const { problems, ...start } = await startPositions(log, startingParts(context));
      running.#start = start;
      return { running, problems };
    } catch (error) {
      await log.close();
      throw error;
    }
  }

  /**
   * Makes its tables and whatever takes in what others publish. The tail readers of all contexts
   * were started before; nothing is published before all of them listen.
   */
  async attach(): Promise<void> {
    await this.#setUpTables();
    await clearCutShort(this);
    await this.#oldVersions.takeBack();
    for (const model of this.context.readModels)
      await this.log.defineModel(modelName(model), model.index);
    for (const process of this.context.processes)
      await this.log.defineModel(instancesOf(process), []);
    const { log, committer } = this;
    await setRecurringTimers(this.context, { log, committer, host: this.#means.host });
    const fences = await buildInlineModels(this, (definition) => this.subscription(definition));
    this.#inlineFences.push(...fences);
    this.committer.onCommitted((writeSet) => {
      for (const record of writeSet.records ?? []) {
        if (record.direction === 'outgoing') this.#tellPublished(record);
        else if (record.direction === 'timer' && !this.#isHeard(record))
          this.#ignoreTimer(record, 'warn');
      }
      this.#tellMoved(writeSet);
      this.activity.happened();
    });
    for (const source of this.#sources()) await this.#prepareIntake(source);
  }

  /** Begins to hear what is committed. */
  async listen(): Promise<void> {
    const about = { context: this.name, subscription: 'the end of the log' };
    await this.tail.start(this.committer, (problem) => {
      if (problem === undefined) this.logger.log({ level: 'info', event: 'recovered', ...about });
      else {
        const { code, message } = describeError(problem);
        this.logger.log({ level: 'error', event: 'trouble', ...about, code, message });
      }
    });
  }

  /**
   * Begins to move. Nothing is taken in before all who handle it have a checkpoint: on a log that
   * is not empty they would be new at the next start, if this one were cut short.
   */
  async start(): Promise<void> {
    for (const definition of this.#definitions()) await this.#startSubscription(definition);
    for (const intake of this.intakes.values()) await intake.start();
    await this.#startRelay();
    await this.timers.start();
    this.#dedupeWindow.start();
    this.#oldVersions.start();
  }

  /** A subscription of this context, not yet started. Who gives no hooks tells those of `run`. */
  subscription(definition: SubscriptionDefinition, hooks?: SubscriptionHooks): Subscription {
    const { logger, onParked, onStalled } = this.#means;
    return new Subscription(definition, {
      workplace: this.workplace,
      log: this.log,
      committer: this.committer,
      tail: this.tail,
      logger,
      owner: this.#owner,
      onParked: (row) => onParked(this.name, row),
      onStalled: (subscription, why) => onStalled(this.name, subscription, why),
      ...hooks,
      onChange: this.activity.happened,
    });
  }

  /** Takes nothing more in, then finishes, then hands out what is left to relay, then closes. */
  async stop(): Promise<void> {
    await Promise.all([...this.intakes.values()].map((intake) => intake.stop()));
    await this.timers.stop();
    const handlers = this.#underWay.stop(this.#means.host.clock);
    await Promise.all(this.subscriptions.map((subscription) => subscription.stop()));
    handlers.end();
    await this.relay?.stop();
    await this.#dedupeWindow.stop();
    this.#oldVersions.stop();
    await this.committer.idle();
    await this.tail.stop();
    await this.log.close();
    await this.#oldVersions.ended();
  }

  /** The handlers that wait for something just now, each with the record it is about. */
  get handlersUnderWay(): readonly string[] {
    return this.#underWay.runs;
  }

  /** Rows that wait are no news: if they were, those that wait would wake each other for ever. */
  #tellMoved(writeSet: WriteSet): void {
    const lookingOut = this.subscriptions.filter(({ isLookingOut }) => isLookingOut);
    if (lookingOut.length === 0) return;
    const topics = movedBy(writeSet);
    if (topics.size > 0) for (const subscription of lookingOut) subscription.moved(topics);
  }

  get #surroundings(): HandlerSurroundings {
    return {
      workplace: this.workplace,
      dependencies: this.#means.dependencies,
      underWay: this.#underWay,
      query: (model) => {
        assertOwnReadModel(model, this.context, this.#means.contexts);
        return queryModel(this, model);
      },
    };
  }

  #definitions(): { definition: SubscriptionDefinition; model?: AnyReadModel }[] {
    const { reactions, effects, processes, readModels } = this.context;
    const surroundings = this.#surroundings;
    return [
      ...reactions.map((part) => ({ definition: reactionSubscription(part, surroundings) })),
      ...effects.map((part) => ({ definition: effectSubscription(part, surroundings) })),
      ...processes.map((part) => ({ definition: this.#processSubscription(part) })),
      ...readModels
        .filter((model) => !model.inline)
        .map((model) => ({ definition: modelSubscription(model, this.log), model })),
    ];
  }

  #processSubscription(process: ProcessManager): SubscriptionDefinition {
    return processSubscription(process, {
      workplace: this.workplace,
      onIgnoredTimer: ({ stored }) => this.#ignoreTimer(stored, 'debug'),
    });
  }

  /** Not one that an older release has set, whose process or name is not known any more. */
  #isHeard({ type }: NewRecord): boolean {
    const owner = timerOwner(type);
    const isOf = ({ name, timers }: ProcessManager): boolean =>
      name === owner && timers.includes(timerName(type));
    return owner === RECURRING || this.context.processes.some(isOf);
  }

  #ignoreTimer({ id, type, key, correlationId }: NewRecord, level: LogLevel): void {
    const subscription = timerOwner(type);
    this.ignoredTimers.set(subscription, (this.ignoredTimers.get(subscription) ?? 0) + 1);
    const about = { context: this.name, subscription, id, type, key, correlationId };
    this.logger.log({ level, event: 'timer-ignored', ...about });
  }

  async #startSubscription(part: {
    definition: SubscriptionDefinition;
    model?: AnyReadModel;
  }): Promise<void> {
    const subscription = this.subscription(part.definition);
    await subscription.start(this.#start.positions.get(part.definition.name) ?? 0);
    this.subscriptions.push(subscription);
    if (part.model !== undefined) this.models.set(part.model, subscription);
  }

  async #startRelay(): Promise<void> {
    const { backbone, host, logger } = this.#means;
    if (publishedContracts(this.context).length === 0) return;
    const outlet = await backbone.outlet(this.name);
    if (outlet === undefined) return;
    this.relay = new Relay({
      context: this.name,
      outlet,
      log: this.log,
      committer: this.committer,
      host,
      logger,
      owner: this.#owner,
      onProgress: this.activity.happened,
      onProblem: (problem) => this.#tellProblem('relay', problem),
    });
    await this.relay.start();
  }

  async #prepareIntake(source: string): Promise<void> {
    const { backbone, host, logger, onParked } = this.#means;
    const intake = new Intake({
      context: this.name,
      source,
      contracts: consumedContracts(this.context).filter(
        (contract) => this.#sourceOf(contract.name) === source,
      ),
      fromNow: this.#start.fromNow,
      backbone,
      log: this.log,
      committer: this.committer,
      host,
      logger,
      onProgress: this.activity.happened,
      charactersMax: this.workplace.charactersMax,
      onParked: (row) => onParked(this.name, row),
      onProblem: (problem) => this.#tellProblem(borderSubscription(source), problem),
    });
    this.intakes.set(source, intake);
    await intake.prepare();
  }

  #tellProblem(name: string, problem: unknown): void {
    if (problem !== undefined)
      this.#means.onStalled(this.name, name, describeError(problem).message);
  }

  /** The other contexts that this one listens to. */
  #sources(): readonly string[] {
    const sources = consumedContracts(this.context).map((contract) =>
      this.#sourceOf(contract.name),
    );
    return [...new Set(sources)].filter((source) => source !== this.name);
  }

  /** Who publishes a contract; an external one is named after the part before its first dot. */
  #sourceOf(contract: string): string {
    const publisher = this.#means.contexts.find((context) =>
      publishedContracts(context).some((published) => published.name === contract),
    );
    return publisher?.name ?? (contract.split('.')[0] as string);
  }

  async #setUpTables(): Promise<void> {
    const { setUp } = this.context;
    if (setUp === undefined) return;
    await this.committer.exclusive(async (database) => {
      await setUp(database as never);
      return { result: undefined, writeSet: {} };
    });
  }

  #tellPublished(record: {
    readonly id: string;
    readonly type: string;
    readonly key: string;
    readonly correlationId: string;
  }): void {
    const { id, type, key, correlationId } = record;
    const context = this.name;
    this.#means.logger.log({
      level: 'info',
      event: 'published',
      context,
      id,
      type,
      key,
      correlationId,
    });
  }
}

function startingParts(context: BoundedContext): readonly Starting[] {
  const own = new Set(publishedContracts(context).map(({ name }) => name));
  const contracts = (sources: readonly (Source | AnyAggregate)[]): string[] =>
    sources.flatMap((source) =>
      source.kind === 'contract' && !own.has(source.name) ? [source.name] : [],
    );
  const begin = (kind: Starting['kind'], part: Reaction | Effect | ProcessManager): Starting => ({
    kind,
    name: part.name,
    startFrom: part.options.startFrom,
    contracts: contracts(part.sources),
  });
  return [
    ...context.reactions.map((part) => begin('reaction', part)),
    ...context.effects.map((part) => begin('effect', part)),
    ...context.processes.map((part) => begin('process', part)),
    ...context.readModels.map((model) => ({
      kind: 'read-model' as const,
      name: modelName(model),
      startFrom: undefined,
      contracts: contracts(model.sources),
    })),
  ];
}

function publicationsByEvent(context: BoundedContext): ReadonlyMap<string, readonly Publication[]> {
  const byEvent = new Map<string, Publication[]>();
  for (const part of context.publishes) {
    if (part.kind !== 'publication') continue;
    const event = `${part.aggregate.name}/${part.type}`;
    byEvent.set(event, [...(byEvent.get(event) ?? []), part]);
  }
  return byEvent;
}
