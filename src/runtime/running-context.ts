import { StateCache } from '../aggregate/state-cache.ts';
import type { Backbone } from '../backbone/backbone.ts';
import { borderSubscription } from '../backbone/border.ts';
import { Intake } from '../backbone/intake.ts';
import { isRelayed } from '../backbone/is-relayed.ts';
import { RELAY, Relay } from '../backbone/relay.ts';
import { type BoundedContext, publishedContracts } from '../context/bounded-context.ts';
import type { Publication } from '../context/publication.ts';
import type { AnyContract } from '../contract/contract.ts';
import type { Workplace } from '../context/unit.ts';
import { KeyedLock } from '../context/keyed-lock.ts';
import { vocabularyOf } from '../context/vocabulary.ts';
import type { CancelTimer } from '../host/clock.ts';
import type { Host } from '../host/host.ts';
import { Committer } from '../log/committer.ts';
import type { Log } from '../log/log.ts';
import type { Member, NewMember } from '../log/membership.ts';
import type { NewRecord } from '../log/record.ts';
import type { PublishedLog, Store } from '../log/store.ts';
import type { Fence, WriteSet } from '../log/write-set.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import { PAYLOAD_CHARACTERS_MAX } from '../message/payload.ts';
import { effectSubscription } from '../reaction/effect-subscription.ts';
import type { HandlerSurroundings } from '../reaction/handler-tools.ts';
import { movedBy } from '../reaction/looked-at.ts';
import { UnderWay } from '../reaction/under-way.ts';
import { reactionSubscription } from '../reaction/reaction-subscription.ts';
import type { Dependencies } from '../reaction/tools.ts';
import { instancesOf } from '../process/process-instance.ts';
import type { ProcessManager } from '../process/process-manager.ts';
import { processSubscription } from '../process/process-subscription.ts';
import { RECURRING } from '../process/recurring.ts';
import { BUSINESS_TIMERS, RECURRING_TIMERS } from '../process/timer-row.ts';
import type { BusinessTime } from '../process/time-source.ts';
import { timerName, timerOwner } from '../process/timer-type.ts';
import { modelSubscription } from '../read-model/model-subscription.ts';
import { KnownDocuments } from '../read-model/known-documents.ts';
import { type AnyReadModel, modelName } from '../read-model/read-model.ts';
import { describeError } from '../subscription/failure.ts';
import type { Slots } from '../subscription/assignment.ts';
import { SLOTS } from '../subscription/slot.ts';
import type { SubscriptionHooks } from '../subscription/news.ts';
import type { SubscriptionDefinition } from '../subscription/subscription-definition.ts';
import { Subscription } from '../subscription/subscription.ts';
import { END_OF_LOG, TailReader } from '../subscription/tail-reader.ts';
import type { LogLevel, Logger } from '../telemetry/logger.ts';
import type { Activity } from './activity.ts';
import { clearCutShort } from './building.ts';
import { CallsUnderWay } from './calls-under-way.ts';
import { dealtNotice } from './dealt-notice.ts';
import { DEDUPE_WINDOW_MS, DedupeWindow } from './dedupe-window.ts';
import { buildInlineModels, builtMark } from './inline-models.ts';
import { KeptRecurrences } from './kept-recurrences.ts';
import { recurrencesOfMembers, toldRecurrences } from './known-recurrences.ts';
import { LastPublished } from './last-published.ts';
import { contractsFrom, sourcesOf } from './context-map.ts';
import { ContextTimers } from './context-timers.ts';
import { type Beginning, tellMissingPast } from './missing-past.ts';
import { OLD_READ_MODELS_KEPT_MS, OldVersions } from './old-versions.ts';
import { assertOwnReadModel } from './own-read-model.ts';
import { type Part, WholePart } from './part.ts';
import { Pauses } from './pauses.ts';
import { queryModel } from './query-model.ts';
import { Retention } from './retention.ts';
import { setRecurringTimers } from './recurring-timers.ts';
import { knownBy, SharedWork } from './shared-work.ts';
import { SubscriptionPart } from './subscription-part.ts';
import type { KnownPlace } from './known-by-id.ts';
import type { TakingIn } from './taken-in-elsewhere.ts';
import { type Start, startPositions } from './start-position.ts';
import { startingParts } from './starting-parts.ts';

/** So many aggregate states are kept in memory, for each context. */
const STATES_MAX = 5_000;

const ALL_SLOTS: Slots = { first: 0, last: SLOTS - 1 };

/** What other processes do is taken note of at most so often by those that wait for something. */
const ELSEWHERE_MS = 100;

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
  readonly models = new Map<AnyReadModel, SubscriptionPart>();
  readonly rebuilding = new Set<AnyReadModel>();
  readonly pauses = new Pauses(this);
  /** Timers that fired and meant nothing any more, by process manager, since the start. */
  readonly ignoredTimers = new Map<string, number>();
  readonly #means: Means;
  readonly #lastPublished: LastPublished;
  /** What others have published, as far as it had to be asked for here. */
  readonly #published = new Map<string, Promise<PublishedLog>>();
  readonly #known = new Map<string, KnownPlace>();
  /** All that it does by itself, in the order in which that begins. */
  readonly #parts: Part[] = [];
  readonly #subscriptionParts: SubscriptionPart[] = [];
  readonly #intakeParts = new Map<string, WholePart<Intake>>();
  readonly #relay: WholePart<Relay>;
  readonly #timers: WholePart<ContextTimers>;
  /** Where several processes run this context. */
  readonly #sharing: SharedWork | undefined;
  readonly #owner: string;
  readonly #underWay = new UnderWay();
  readonly #inlineFences: Fence[] = [];
  readonly #oldVersions: WholePart<OldVersions>;
  /** The times that recur here, as other processes are told of them. */
  readonly #knownTimes: NewMember['knows'];
  /** It may be set up again, having been taken for dead. */
  #isSetUp = false;
  #stopHearing = (): void => undefined;
  #cancelAsking: CancelTimer | undefined;
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
    const contracts = publishedContracts(context).map(({ name }) => name);
    this.#lastPublished = new LastPublished(contracts, this.tail);
    this.#means = means;
    this.#owner = means.host.ids.next();
    this.#knownTimes = toldRecurrences(context, means.host.clock.now());
    this.#timers = new WholePart('timers', () => this.#makeTimers());
    this.#relay = new WholePart(RELAY, () => this.#makeRelay());
    this.#oldVersions = new WholePart('old versions of read models', () => this.#makeOldVersions());
    this.#sharing =
      log.membership === undefined
        ? undefined
        : new SharedWork({
            context: this.name,
            membership: log.membership,
            parts: this.#parts,
            tells: { ...this.#knownTimes, ...inlineMarks(context) },
            setUp: (others) => this.#setUp(others),
            clock: means.host.clock,
            ids: means.host.ids,
            logger: means.logger,
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
      isShared: log.membership !== undefined,
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
    this.committer.onCommitted((writeSet) => {
      for (const record of writeSet.records ?? []) {
        if (record.direction === 'outgoing') this.#tellPublished(record);
        else if (record.direction === 'timer' && !this.#isHeard(record))
          this.#ignoreTimer(record, 'warn');
      }
      this.#tellMoved(writeSet);
      this.activity.happened();
    });
    // What other processes have done may be what somebody here waits for, and that there was nothing.
    this.tail.onLooked(this.activity.happened);
    await tellMissingPast(this, () => this.#beginning());
    this.#listParts();
    if (this.#sharing === undefined) await this.#setUp([]);
  }

  /** What has no checkpoint yet, and does not begin now. */
  async #beginning(): Promise<readonly Beginning[]> {
    const known = new Set((await this.log.checkpoints()).map(({ subscription }) => subscription));
    return startingParts(this.context)
      .filter(({ name }) => !known.has(name) && (this.#start.positions.get(name) ?? 0) === 0)
      .map(({ name, contracts }) => ({ subscription: name, contracts }));
  }

  /** `others`: the other processes that run this context. */
  async #setUp(others: readonly Member[]): Promise<void> {
    const { log } = this;
    await this.#setUpTables();
    if (others.length === 0) await clearCutShort(this);
    await this.#makeOldVersions().takeBack();
    for (const model of this.context.readModels)
      await log.defineModel(modelName(model), model.index);
    for (const process of this.context.processes) await log.defineModel(instancesOf(process), []);
    if (!this.#isSetUp) await this.#setTimes(others);
    const make = (definition: SubscriptionDefinition) => this.subscription(definition);
    const hasFolded = this.#isSetUp;
    const fences = await buildInlineModels(this, make, { others, hasFolded });
    // Where several fold them, each looks whether a document is still as it was.
    if (this.#sharing === undefined) this.#inlineFences.push(...fences);
    for (const source of this.#sources()) await this.#makeIntake(source).prepare();
    if (this.#sharing !== undefined) await this.#makeCheckpoints();
    this.#isSetUp = true;
  }

  /**
   * Not by one that was taken for dead and comes back: its release may be the older one, and whoever
   * has the timers sees to it.
   */
  async #setTimes(others: readonly Member[]): Promise<void> {
    const { log, committer } = this;
    const recurrences = recurrencesOfMembers([...others, { knows: this.#knownTimes }]);
    await setRecurringTimers(recurrences, { log, committer, host: this.#means.host });
  }

  /** Before anything is taken in: whoever is to handle it would be new on a log that is not empty. */
  async #makeCheckpoints(): Promise<void> {
    const known = new Set((await this.log.checkpoints()).map(({ subscription }) => subscription));
    for (const { name, definition } of this.#subscriptionParts) {
      if (known.has(name)) continue;
      const position = this.#start.positions.get(name) ?? 0;
      const { fingerprint } = definition;
      const all = { subscription: name, firstSlot: 0, lastSlot: SLOTS - 1 };
      await this.log.claim({ ...all, owner: '', fingerprint, position });
    }
  }

  /** Begins to hear what is committed. */
  async listen(): Promise<void> {
    // What others have moved, in records or in documents, nobody says one by one.
    if (this.isShared)
      this.#stopHearing = this.log.onChange((by) => by === 'foreign' && this.#movedElsewhere());
    const about = { context: this.name, subscription: END_OF_LOG };
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
    if (this.#sharing !== undefined) return this.#sharing.start();
    for (const part of this.#parts) await part.start(ALL_SLOTS);
  }

  /** The readers of what is handled in this process. */
  get subscriptions(): readonly Subscription[] {
    return this.#subscriptionParts.flatMap((part) => part.subscriptions);
  }

  /** What is handled in this context, here and in other processes. */
  get subscriptionParts(): readonly SubscriptionPart[] {
    return this.#subscriptionParts;
  }

  /** Whether all that this context does by itself is in the hands of some process. */
  get isAllTaken(): boolean {
    return this.#sharing?.isAllTaken ?? true;
  }

  /** Where in the log each contract of this context was published last. */
  get lastPublished(): ReadonlyMap<string, number> {
    return this.#lastPublished.look();
  }

  /** What is taken in in this process, by source. */
  get intakes(): ReadonlyMap<string, Intake> {
    const entries = [...this.#intakeParts].flatMap(([source, { work }]) =>
      work === undefined ? [] : [[source, work] as const],
    );
    return new Map(entries);
  }

  get relay(): Relay | undefined {
    return this.#relay.work;
  }

  /** The timers that fire in this process; undefined when they do in another one. */
  get timers(): ContextTimers | undefined {
    return this.#timers.work;
  }

  /** Whether a timer would have fired by now, here or in another process. */
  isDue(timer: Pick<WaitingRow, 'subscription' | 'due'>): boolean {
    if (this.timers !== undefined) return this.timers.isDue(timer);
    const { businessTime, host } = this.#means;
    const time = timer.subscription === BUSINESS_TIMERS ? businessTime : host.clock;
    return timer.due <= time.now();
  }

  /**
   * Whether a part, of which nothing that is asked for is here, is in the hands of another process; also
   * one that only another release knows.
   */
  isElsewhere(name: string): boolean {
    if (!this.isShared) return false;
    const part = this.#parts.find((each) => each.name === name);
    if (part === undefined) return this.isKnownElsewhere(name);
    return !(part instanceof WholePart && part.isHere);
  }

  /** What drops old versions of read models, when that is in this process. */
  get oldVersions(): OldVersions | undefined {
    return this.#oldVersions.work;
  }

  /** Whether this is the name of something that it does by itself, here or in another process. */
  hasPart(name: string): boolean {
    return this.#parts.some((part) => part.name === name);
  }

  /** Whether some process that runs this context, perhaps by another release, has such a part. */
  isKnownElsewhere(name: string): boolean {
    return this.#sharing?.known.has(name) ?? false;
  }

  /** Whether other processes may do a part of what this context does. */
  get isShared(): boolean {
    return this.#sharing !== undefined;
  }

  #listParts(): void {
    for (const { definition, model } of this.#definitions()) {
      const part = new SubscriptionPart(definition, {
        log: this.log,
        owner: this.#owner,
        position: this.#start.positions.get(definition.name) ?? 0,
        make: (each) => this.subscription(each),
        lookForPauses: () => this.pauses.look(),
      });
      this.#subscriptionParts.push(part);
      if (model !== undefined) this.models.set(model, part);
    }
    for (const source of this.#sources())
      this.#intakeParts.set(
        source,
        new WholePart(borderSubscription(source), async () =>
          this.#makeIntake(source, await this.#fenceOf(source)),
        ),
      );
    const { host, logger, dedupeWindowMs: windowMs = DEDUPE_WINDOW_MS } = this.#means;
    const dedupe = { log: this.log, clock: host.clock, logger, windowMs };
    this.#parts.push(
      ...this.#subscriptionParts,
      ...this.#intakeParts.values(),
      this.#relay,
      this.#timers,
      new WholePart('dedupe window', () => new DedupeWindow(dedupe)),
      ...this.#retention(),
      this.#oldVersions,
    );
  }

  /** Only where something is not kept for ever. */
  #retention(): Part[] {
    const { log, logger } = this;
    const { clock } = this.#means.host;
    const retain = log.retain?.bind(log);
    if (retain === undefined) return [];
    return [new WholePart('retention', () => new Retention({ log, retain, clock, logger }))];
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
      dealtNotice: (name, slot) => dealtNotice(name, slot, this.#means.host.clock.now()),
      onParked: (row) => onParked(this.name, row),
      onStalled: (subscription, why) => onStalled(this.name, subscription, why),
      ...hooks,
      onChange: this.activity.happened,
    });
  }

  /** Takes nothing more in, then finishes, then hands out what is left to relay, then closes. */
  async stop(): Promise<void> {
    this.#stopHearing();
    this.#cancelAsking?.();
    const old = this.#oldVersions.work;
    await (this.#sharing === undefined ? this.#stopParts() : this.#stopSharing(this.#sharing));
    await this.committer.idle();
    await this.tail.stop();
    for (const opening of await Promise.allSettled(this.#published.values()))
      if (opening.status === 'fulfilled') await opening.value.close();
    await this.log.close();
    await old?.ended();
  }

  async #stopParts(): Promise<void> {
    await Promise.all([...this.#intakeParts.values()].map((part) => part.stop()));
    await this.#timers.stop();
    const handlers = this.#underWay.stop(this.#means.host.clock);
    await Promise.all(this.#subscriptionParts.map((part) => part.stop()));
    handlers.end();
    await Promise.all(this.#parts.map((part) => part.stop()));
  }

  async #stopSharing(sharing: SharedWork): Promise<void> {
    const handlers = this.#underWay.stop(this.#means.host.clock);
    await sharing.stop();
    handlers.end();
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

  /** At most so often: each time all that wait for anything are asked again. */
  #movedElsewhere(): void {
    this.#cancelAsking ??= this.#means.host.clock.after(ELSEWHERE_MS, () => {
      this.#cancelAsking = undefined;
      for (const subscription of this.subscriptions) subscription.movedElsewhere();
    });
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

  async #makeRelay(): Promise<Relay | undefined> {
    const { backbone, host, logger, onParked } = this.#means;
    if (publishedContracts(this.context).length === 0) return undefined;
    const outlet = await backbone.outlet(this.name);
    if (outlet === undefined) return undefined;
    return new Relay({
      context: this.name,
      outlet,
      log: this.log,
      committer: this.committer,
      host,
      logger,
      owner: this.#owner,
      onProgress: this.activity.happened,
      onParked: (row) => onParked(this.name, row),
      onProblem: (problem) => this.#tellProblem(RELAY, problem),
    });
  }

  /** Where several processes could take in, the one that does so owns it. */
  async #fenceOf(source: string): Promise<Fence | undefined> {
    if (this.#sharing === undefined) return undefined;
    const all = { subscription: borderSubscription(source), firstSlot: 0, lastSlot: SLOTS - 1 };
    const claim = { ...all, owner: this.#owner, fingerprint: '', position: 0 };
    const [range] = await this.log.claim(claim);
    return range;
  }

  #makeIntake(source: string, fence?: Fence): Intake {
    const { backbone, host, logger, onParked } = this.#means;
    return new Intake({
      context: this.name,
      source,
      contracts: this.#contractsOf(source),
      fromNow: this.#start.fromNow,
      fence,
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
  }

  #makeTimers(): ContextTimers {
    const { host, logger, activity, businessTime, onStalled } = this.#means;
    const { log, committer } = this;
    return new ContextTimers(
      {
        context: this.name,
        log,
        committer,
        host,
        logger,
        owner: this.#owner,
        onChange: activity.happened,
        onStalled: (name, why) => onStalled(this.name, name, why),
        kept: this.#keepTimes(),
      },
      businessTime,
    );
  }

  #keepTimes(): KeptRecurrences | undefined {
    const { log, committer } = this;
    const { host } = this.#means;
    const sharing = this.#sharing;
    if (sharing === undefined || log.membership === undefined) return undefined;
    return new KeptRecurrences({
      clock: host.clock,
      everyMs: log.membership.leaseMs,
      wanted: () => recurrencesOfMembers(sharing.members),
      set: (recurrences) => setRecurringTimers(recurrences, { log, committer, host }),
      tell: (error) => this.#tellProblem(RECURRING_TIMERS, error),
    });
  }

  #makeOldVersions(): OldVersions {
    const { host, logger, oldReadModelsKeptMs } = this.#means;
    const { log, committer, context } = this;
    return new OldVersions({
      log,
      committer,
      clock: host.clock,
      logger,
      keptMs: oldReadModelsKeptMs ?? OLD_READ_MODELS_KEPT_MS,
      declared: context.readModels,
      knownElsewhere: () => this.#sharing?.known ?? new Set(),
      whileNobodyJoins: async (work) => {
        const { membership } = log;
        if (membership === undefined) return work(new Set());
        return membership.whileNobodyJoins((members) => work(knownBy(members)));
      },
      head: () => this.tail.head,
    });
  }

  #tellProblem(name: string, problem: unknown): void {
    if (problem !== undefined)
      this.#means.onStalled(this.name, name, describeError(problem).message);
  }

  /** Whether this context takes in what another one publishes, here or in another process. */
  readonly listensTo = (source: string): boolean => this.#sources().includes(source);

  #knownOf(source: string): KnownPlace {
    const known = this.#known.get(source) ?? { epoch: '', upTo: 0 };
    this.#known.set(source, known);
    return known;
  }

  /** What is taken in of a source, to ask whether another process has done so. */
  readonly takingInFrom = (source: string): TakingIn => ({
    log: this.log,
    clock: this.#means.host.clock,
    source,
    contracts: this.#contractsOf(source).map(({ name }) => name),
    isRelayed: isRelayed(this.#means.backbone, source),
    known: this.#knownOf(source),
    published: () => {
      const known = this.#published.get(source) ?? this.#means.store.published(source);
      this.#published.set(source, known);
      known.catch(() => this.#published.delete(source));
      return known;
    },
  });

  #contractsOf(source: string): readonly AnyContract[] {
    return contractsFrom(source, this.context, this.#means.contexts);
  }

  /** The other contexts that this one listens to. */
  #sources(): readonly string[] {
    return sourcesOf(this.context, this.#means.contexts);
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

function publicationsByEvent(context: BoundedContext): ReadonlyMap<string, readonly Publication[]> {
  const byEvent = new Map<string, Publication[]>();
  for (const part of context.publishes) {
    if (part.kind !== 'publication') continue;
    const event = `${part.aggregate.name}/${part.type}`;
    byEvent.set(event, [...(byEvent.get(event) ?? []), part]);
  }
  return byEvent;
}

/** Which read models its processes fold inline, as they tell each other. */
function inlineMarks({ readModels }: BoundedContext): NewMember['knows'] {
  const inline = readModels.filter((model) => model.inline);
  return Object.fromEntries(inline.map((model) => [builtMark(model), '']));
}
