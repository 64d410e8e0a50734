import assert from 'node:assert/strict';
import {
  type Aggregate,
  type AnyAggregate,
  type Changed,
  streamName,
} from '../aggregate/aggregate.ts';
import { assertAggregateId } from '../aggregate/aggregate-id.ts';
import { assertEventTypes } from '../aggregate/event-type.ts';
import { evolveState, loadState } from '../aggregate/load-state.ts';
import type { KnownState, StateCache } from '../aggregate/state-cache.ts';
import type { AnyContract } from '../contract/contract.ts';
import type { Host } from '../host/host.ts';
import type { LogReader } from '../log/log.ts';
import type { NewRecord } from '../log/record.ts';
import { VersionConflictError } from '../log/version-conflict.ts';
import type { WaitingKey, WaitingRow } from '../log/waiting-row.ts';
import type { Fence, DocumentWrite, StoredSnapshot, WriteSet } from '../log/write-set.ts';
import type { Fact, Recorded } from '../message/fact.ts';
import { deepFreeze } from '../message/json.ts';
import { assertJson, payloadText } from '../message/payload.ts';
import { timeTexts } from '../message/time-text.ts';
import { currentVersion } from '../message/upcasting.ts';
import { TIMERS, timerRow } from '../process/timer-row.ts';
import { CollectedTimers } from '../process/collected-timers.ts';
import { Documents, documentKeys, foldInto, folds } from '../read-model/fold.ts';
import type { KnownDocuments } from '../read-model/known-documents.ts';
import type { AnyReadModel } from '../read-model/read-model.ts';
import { type Cause, causedRecord } from './cause.ts';
import type { KeyedLock } from './keyed-lock.ts';
import { heldToContract, outgoingRecord } from './outgoing-record.ts';
import { assertNothingPersonalLeaks } from './personal-data.ts';
import type { Publication } from './publication.ts';
import { isRefusal } from './refusal.ts';
import { type Vocabulary, decode } from './vocabulary.ts';

/** So often others may change inline documents while they are folded into. */
const FOLDS_MAX = 20;

/** What a unit of work is done with: one for each running context. */
export interface Workplace {
  readonly context: string;
  readonly log: LogReader;
  readonly vocabulary: Vocabulary;
  readonly states: StateCache;
  readonly host: Host;
  readonly charactersMax: number;
  readonly inlineModels: readonly AnyReadModel[];
  /** Whoever folds their documents holds these, until that is committed. */
  readonly inlineLock: KeyedLock;
  readonly inlineDocuments: KnownDocuments;
  /**
   * Whoever folds their documents must still be their owner: another one would have folded others
   * into them meanwhile, and this one would write what it knew before.
   */
  readonly inlineFences: readonly Fence[];
  /**
   * Whether other processes fold them as well: then each document must still be what it was when it
   * was read, and is folded anew when it is not.
   */
  readonly isShared: boolean;
  /** Publications by `aggregate/type`. */
  readonly publications: ReadonlyMap<string, readonly Publication[]>;
  readonly published: ReadonlySet<AnyContract>;
}

/**
 * One unit of work: collects what one command, one handled record or one batch of them wants to
 * change. It sees the stored streams plus what was collected before it (its `base`), and becomes
 * one write set. Nothing here touches the store but to read.
 */
export class Unit {
  documents: Documents;
  /** The process instances that were touched. */
  readonly instances: Documents;
  readonly timers = new CollectedTimers();
  /** What `decide` refused with: a refusal is no failure, and a failure no refusal. */
  readonly refusals = new Set<unknown>();
  readonly #workplace: Workplace;
  readonly #base: Unit | undefined;
  readonly #expects = new Map<string, number>();
  readonly #states = new Map<string, KnownState & { readonly aggregate: AnyAggregate }>();
  readonly #snapshots = new Set<string>();
  readonly #records: NewRecord[] = [];
  /** Events of which inline read models were told. */
  readonly #told: Told[] = [];
  #noted: Set<string> | undefined;
  #underWay = 0;
  #isClosed = false;
  /** Whether it is known what became of it: who still works over it sees the log from then on. */
  #isOver = false;

  constructor(workplace: Workplace, base?: Unit) {
    this.#workplace = workplace;
    this.#base = base;
    this.documents = new Documents(base?.documents);
    this.instances = new Documents(base?.instances);
    if (this.#comparesDocuments) this.documents.keepOriginals();
  }

  /** Loads, decides and folds; collects the events and what is published of them. */
  async handle<State, Command, Event extends Fact>(
    aggregate: Aggregate<string, State, Command, Event>,
    id: string,
    asked: Asked<Command>,
  ): Promise<Changed<State, Event>> {
    this.#assertOpen();
    this.#assertOwn(aggregate);
    assertAggregateId(aggregate.name, id);
    const stream = streamName(aggregate.name, id);
    this.#underWay += 1;
    try {
      const { states } = this.#workplace;
      const known =
        this.#known(stream) ?? states.get(stream) ?? (await this.#load(aggregate, stream));
      this.#assertOpen();
      // While it was loaded, another command of this unit may have moved it.
      const before = this.#known(stream) ?? known;
      const { changed, recorded } = this.#change(aggregate, { id, stream, before, asked });
      if (this.#workplace.inlineModels.length > 0)
        for (const event of recorded) {
          this.#told.push({ aggregate, event });
          await this.#tellInlineModels({ aggregate, event });
        }
      return changed;
    } finally {
      this.#underWay -= 1;
    }
  }

  /** Collects an integration event. */
  publish(contract: AnyContract, data: unknown, cause: Cause): void {
    this.#assertOpen();
    this.#records.push(outgoingRecord(this.#workplace, { contract, data }, cause));
  }

  /** Collects an integration event that is published later. */
  schedule(
    contract: AnyContract,
    data: unknown,
    { cause, due, position }: { cause: Cause; due: number; position: number },
  ): void {
    this.#assertOpen();
    const { correlationId, causationId, traceparent, metadata } = cause;
    const held = heldToContract(this.#workplace, { contract, data });
    const message = { contract: contract.name, ...held };
    const { ids, clock } = this.#workplace.host;
    this.timers.set(
      timerRow(
        { kind: 'message', ...message, causationId, traceparent, metadata },
        { subscription: TIMERS, id: ids.next(), due, position, correlationId, since: clock.now() },
      ),
    );
  }

  /** Whether a command is still being handled, whoever waits for it. */
  get isBusy(): boolean {
    return this.#underWay > 0;
  }

  /** The streams that commands were handled on, whatever came of it. */
  get streams(): Iterable<string> {
    return this.#expects.keys();
  }

  /** What else whoever works with this has looked at. */
  get noted(): Iterable<string> {
    return this.#noted ?? [];
  }

  note(topic: string): void {
    (this.#noted ??= new Set()).add(topic);
  }

  /** Nothing is taken from a handler that was given up. */
  close(): void {
    this.#isClosed = true;
  }

  /**
   * Takes over what a finished unit collected. False when it was decided on a state that this one
   * has moved meanwhile: it must be done again.
   */
  merge(unit: Unit): boolean {
    for (const [stream, seen] of unit.#expects) if (this.#isPast(stream, seen)) return false;
    for (const [stream, seen] of unit.#expects)
      if (!this.#expects.has(stream)) this.#expects.set(stream, seen);
    for (const [stream, known] of unit.#states) this.#states.set(stream, known);
    for (const stream of unit.#snapshots) this.#snapshots.add(stream);
    for (const record of unit.#records) this.#records.push(record);
    for (const told of unit.#told) this.#told.push(told);
    this.documents.merge(unit.documents);
    this.instances.merge(unit.instances);
    this.timers.merge(unit.timers);
    return true;
  }

  /**
   * Commits what was collected. Documents of inline read models were folded as they were before;
   * others may have changed them since, so they are folded again where nobody comes between. Who
   * folds other documents does not wait, and shares the commit.
   */
  commit<T>(
    commit: (writeSet: Collected) => Promise<T>,
    isCommitted: (answer: T) => boolean,
  ): Promise<T> {
    const committing = this.#commit(commit, isCommitted);
    // It may be in the log all the same, and then the states that are known are of before it.
    committing.catch(() => this.dropStates());
    return committing;
  }

  #commit<T>(
    commit: (writeSet: Collected) => Promise<T>,
    isCommitted: (answer: T) => boolean,
  ): Promise<T> {
    if (this.#told.length === 0) return commit(this.writeSet());
    const { inlineLock, inlineDocuments, inlineFences } = this.#workplace;
    return inlineLock.run(this.#inlineKeys(), async () => {
      await this.#foldAgain();
      const folded = this.documents.writes();
      // Until it is known to be committed, nobody knows what these are.
      inlineDocuments.drop(folded);
      const answer = await commit({ ...this.writeSet(), fences: inlineFences });
      if (isCommitted(answer)) inlineDocuments.keep(folded);
      return answer;
    });
  }

  /** Also on what was remembered of documents that others have changed since, while it lasts. */
  async #foldAgain(): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      this.documents = new Documents();
      if (this.#comparesDocuments) this.documents.keepOriginals();
      try {
        for (const told of this.#told) await this.#tellInlineModels(told);
        return;
      } catch (error) {
        if (tries === FOLDS_MAX || !(await this.#areDocumentsBehind())) throw error;
      }
    }
  }

  /** What was collected, to be committed. */
  writeSet(): Collected {
    const expects = [...this.#expects].map(([stream, version]) => ({ stream, version }));
    const snapshots = [...this.#snapshots].map((stream) => this.#snapshot(stream));
    const documents = [...this.documents.writes(), ...this.instances.writes()];
    return { expects, records: this.#records, snapshots, documents, ...this.timers.writes() };
  }

  /** After the commit: the states are now those of the log. */
  keepStates(): void {
    this.#isOver = true;
    for (const [stream, known] of this.#states) this.#workplace.states.keep(stream, known);
  }

  /** After a conflict: nothing that this was decided on may be trusted. */
  dropStates(): void {
    this.#isOver = true;
    for (const stream of this.#expects.keys()) this.#workplace.states.drop(stream);
  }

  /**
   * Whether a stream that something was decided on here, or an inline document that something was
   * folded into, has been moved since; then it is not remembered any more. Of what its base has
   * moved, the commit of the base will tell.
   */
  async isBehind(): Promise<boolean> {
    const { log, states } = this.#workplace;
    let isBehind = await this.#areDocumentsBehind();
    for (const [stream, version] of this.#expects) {
      const ofBase = this.#expectedByBase(stream);
      const isAsItIs =
        ofBase === undefined ? (await log.streamVersion(stream)) === version : version >= ofBase;
      if (isAsItIs) continue;
      states.drop(stream);
      isBehind = true;
    }
    return isBehind;
  }

  async #areDocumentsBehind(): Promise<boolean> {
    const { log, inlineDocuments } = this.#workplace;
    let isBehind = false;
    for (const document of this.documents.originals()) {
      const { model, key, text } = document;
      if (((await log.document(model, key)) ?? null) === text) continue;
      inlineDocuments.drop([document]);
      isBehind = true;
    }
    return isBehind;
  }

  /** Whether a stream was not what it is here, when something else was decided on it. */
  #isPast(stream: string, seen: number): boolean {
    const here = this.#states.get(stream)?.version;
    if (here !== undefined) return here !== seen;
    if (seen >= (this.#expects.get(stream) ?? 0)) return false;
    this.#workplace.states.drop(stream);
    return true;
  }

  /** What the base, or its base, takes a stream to be; undefined when nothing was decided on it there. */
  #expectedByBase(stream: string): number | undefined {
    const base = this.#base;
    if (base === undefined || base.#isOver) return undefined;
    return base.#expectedByBase(stream) ?? base.#expects.get(stream);
  }

  #known(stream: string): KnownState | undefined {
    const own = this.#states.get(stream);
    if (own !== undefined || this.#base === undefined || this.#base.#isOver) return own;
    return this.#base.#known(stream);
  }

  async #load(aggregate: AnyAggregate, stream: string): Promise<KnownState> {
    const { states, log, vocabulary } = this.#workplace;
    const loaded = await loadState(log, aggregate, stream, (stored) => decode(vocabulary, stored));
    states.keep(stream, loaded);
    return loaded;
  }

  #change<State, Command, Event extends Fact>(
    aggregate: Aggregate<string, State, Command, Event>,
    to: { id: string; stream: string; before: KnownState; asked: Asked<Command> },
  ): { changed: Changed<State, Event>; recorded: readonly Recorded<Fact>[] } {
    const { id, stream, before, asked } = to;
    if (!this.#expects.has(stream)) this.#expects.set(stream, before.version);
    assertExpected(stream, asked.expectedVersion, before.version);
    const events = this.#decide(aggregate, asked.command, before.state as State);
    assertEventTypes(aggregate.name, events);
    const { charactersMax } = this.#workplace;
    const texts = events.map(({ type, data }) => payloadText(type, data, charactersMax));
    // They are passed on as they are, to publications, inline models and the caller.
    for (const event of events) deepFreeze(event);
    let state: unknown = before.state;
    for (const event of events) state = evolveState(aggregate, state, event, stream);
    deepFreeze(state);
    const version = before.version + events.length;
    const isDue = isSnapshotDue(aggregate, before.version, version);
    if (isDue) assertJson(() => `The state of ${JSON.stringify(stream)}`, state);
    const recorded = this.#wholly(() =>
      events.map((event, index) => {
        const made = { event, text: texts[index] as string, version: before.version + index + 1 };
        return this.#record(aggregate, id, { ...made, cause: asked.cause });
      }),
    );
    this.#states.set(stream, { state, version, aggregate });
    if (isDue) this.#snapshots.add(stream);
    const changed = { id, state: state as State, version, events: recorded as Recorded<Event>[] };
    return { changed, recorded };
  }

  #decide<State, Command, Event extends Fact>(
    aggregate: Aggregate<string, State, Command, Event>,
    command: Command,
    state: State,
  ): readonly Event[] {
    try {
      return aggregate.decide(command, state) ?? [];
    } catch (error) {
      if (isRefusal(error)) this.refusals.add(error);
      throw error;
    }
  }

  #record(
    aggregate: AnyAggregate,
    id: string,
    made: {
      readonly event: Fact;
      readonly text: string;
      readonly version: number;
      readonly cause: Cause;
    },
  ): Recorded<Fact> {
    const { event, cause } = made;
    const record = causedRecord(this.#workplace, cause, {
      direction: 'domain',
      stream: streamName(aggregate.name, id),
      version: made.version,
      type: event.type,
      schemaVersion: currentVersion(aggregate.upcasters[event.type]),
      key: id,
      data: made.text,
    });
    this.#records.push(record);
    const recorded = recordedFact(event, record);
    this.#publishFrom(aggregate, recorded, cause);
    return recorded;
  }

  #publishFrom(aggregate: AnyAggregate, event: Recorded<Fact>, cause: Cause): void {
    const { publications } = this.#workplace;
    for (const publication of publications.get(`${aggregate.name}/${event.type}`) ?? []) {
      const data = publication.translate(event);
      if (data === undefined) continue;
      assertNothingPersonalLeaks(publication, event);
      this.publish(publication.contract, data, { ...cause, causationId: event.id });
    }
  }

  async #tellInlineModels(told: Told): Promise<void> {
    const { log, inlineDocuments } = this.#workplace;
    const place = { documents: this.documents, known: inlineDocuments, log };
    for (const { model, key } of this.#inlineDocuments(told)) {
      const folding = foldInto(model, told.event, key, place);
      if (folding !== undefined) (await folding)(this.documents);
    }
  }

  /** Whether others fold the documents of inline read models as well. */
  get #comparesDocuments(): boolean {
    const { isShared, inlineModels } = this.#workplace;
    return isShared && inlineModels.length > 0;
  }

  *#inlineDocuments({ aggregate, event }: Told): Iterable<{ model: AnyReadModel; key: string }> {
    for (const model of this.#workplace.inlineModels) {
      if (!model.sources.includes(aggregate) || !folds(model, event)) continue;
      for (const key of documentKeys(model, event)) yield { model, key };
    }
  }

  /** All documents of inline read models that this unit touches. */
  #inlineKeys(): readonly string[] {
    const keys = new Set<string>();
    for (const told of this.#told)
      for (const { model, key } of this.#inlineDocuments(told)) keys.add(`${model.name} ${key}`);
    return [...keys];
  }

  #snapshot(stream: string): StoredSnapshot {
    const known = this.#states.get(stream);
    assert(known !== undefined, `no state of ${stream} was collected`);
    return {
      stream,
      version: known.version,
      stateVersion: known.aggregate.stateVersion,
      state: JSON.stringify(known.state),
    };
  }

  /** Collects all records or, when one of them is refused, none. */
  #wholly<T>(collect: () => T): T {
    const before = this.#records.length;
    try {
      return collect();
    } catch (error) {
      this.#records.length = before;
      throw error;
    }
  }

  #assertOwn(aggregate: AnyAggregate): void {
    const { vocabulary, context } = this.#workplace;
    if (vocabulary.aggregates.get(aggregate.name) !== aggregate)
      throw new ForeignAggregateError(aggregate.name, context);
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new HandlerOverError(this.#workplace.context);
  }
}

interface Asked<Command> {
  readonly command: Command;
  readonly cause: Cause;
  /** Told before the decider is asked: what it says of another state is of no interest. */
  readonly expectedVersion?: number | undefined;
}

/** What a unit wants to change. */
export type Collected = WriteSet & {
  readonly records: readonly NewRecord[];
  readonly documents: readonly DocumentWrite[];
  /** Timers that were set. */
  readonly waiting: readonly WaitingRow[];
  /** Timers that were taken back. */
  readonly done: readonly WaitingKey[];
};

interface Told {
  readonly aggregate: AnyAggregate;
  readonly event: Recorded<Fact>;
}

function assertExpected(stream: string, expected: number | undefined, actual: number): void {
  if (expected !== undefined && expected !== actual)
    throw new VersionConflictError({ stream, expected, actual });
}

function isSnapshotDue(aggregate: AnyAggregate, before: number, after: number): boolean {
  if (after === before) return false;
  if (aggregate.stored === 'state') return true;
  const every = aggregate.snapshotEvery;
  return every > 0 && Math.floor(after / every) > Math.floor(before / every);
}

function recordedFact(event: Fact, record: NewRecord): Recorded<Fact> {
  return Object.freeze({
    type: event.type,
    data: event.data,
    id: record.id,
    stream: record.stream ?? '',
    version: record.version ?? 0,
    position: 0,
    schemaVersion: record.schemaVersion,
    source: record.source,
    occurredAt: occurredAtText(record.occurredAt),
    recordedAt: recordedAtText(record.recordedAt),
    correlationId: record.correlationId,
    causationId: record.causationId,
    metadata: record.metadata === null ? NO_METADATA : deepFreeze(JSON.parse(record.metadata)),
  });
}

const NO_METADATA: Readonly<Record<string, string>> = Object.freeze({});

const occurredAtText = timeTexts();
const recordedAtText = timeTexts();

/** A handler gave a command to an aggregate that its context does not list. */
export class ForeignAggregateError extends Error {
  override readonly name = 'ForeignAggregateError';
  readonly code = 'foreign-aggregate';
  readonly retryable = false;
  readonly aggregate: string;
  readonly context: string;

  constructor(aggregate: string, context: string) {
    super(
      `"${context}" has no aggregate ${JSON.stringify(aggregate)}. List it under "aggregates", or ` +
        `publish a contract when it is another context's.`,
    );
    this.aggregate = aggregate;
    this.context = context;
  }
}

/** A handler ended while a command that it gave was still being handled. */
export class NotAwaitedError extends Error {
  override readonly name = 'NotAwaitedError';
  readonly code = 'not-awaited';
  readonly retryable = false;
  readonly handler: string;

  constructor(handler: string) {
    super(
      `"${handler}" ended while a command it gave was still being handled, so nothing of it was ` +
        `taken. Await or return what handle answers.`,
    );
    this.handler = handler;
  }
}

/** A handler used its tools after it had ended, or after its time was up. */
export class HandlerOverError extends Error {
  override readonly name = 'HandlerOverError';
  readonly code = 'handler-over';
  readonly retryable = false;
  readonly context: string;

  constructor(context: string) {
    super(
      `A handler of "${context}" used its tools after it was over. Await everything it starts, ` +
        `and stop when its signal aborts.`,
    );
    this.context = context;
  }
}
