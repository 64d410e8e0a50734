import type { MemoryBackbone } from '../../adapters/memory/memory-backbone.ts';
import { type MemoryStore, memory } from '../../adapters/memory/memory-store.ts';
import type { Delivery } from '../../backbone/backbone.ts';
import type { Direction } from '../../log/record.ts';
import type { Held, Outcome, WriteSet } from '../../log/write-set.ts';
import type { BoundedContext } from '../../context/bounded-context.ts';
import type { Chance } from './chance.ts';
import { FAULT_KINDS, type FaultKind } from './fault-kinds.ts';
import type { FaultPlan, Strike } from './fault-plan.ts';
import { contractsOf } from './faults/contracts-of.ts';
import { ForeignWaits } from './foreign-waits.ts';
import type { History } from './history.ts';
import type { Life } from './life.ts';
import { SeenRecords } from './records.ts';
import type { Schedule } from './schedule.ts';
import { InvariantBrokenError } from './invariant-broken.ts';
import { HiddenSourceError } from './hidden-source.ts';
import { inSimulation } from './in-simulation.ts';
import type { Invariants, SeenWorld } from './simulation.ts';

/**
 * What one run consists of, whoever lives in it: time, chance, faults, the stores and the broker,
 * and what is known of what happened. Whatever happens is told to it.
 */
export class World {
  readonly chance: Chance;
  readonly schedule: Schedule;
  readonly faults: FaultPlan;
  readonly history: History;
  readonly store: MemoryStore = memory({ epoch: (context) => `epoch of ${context}` });
  readonly seen = new SeenRecords();
  readonly outside: object;
  /** The names of all contexts. */
  readonly contexts: readonly string[];
  /** What is cut off from what, and until when. */
  readonly partitions = new Map<string, number>();
  broker: MemoryBackbone | undefined;
  /** How often anything was committed. */
  commits = 0;
  /** Contracts that are nobody's own, as they are not built anew for each life. */
  readonly sharedContracts: ReadonlySet<object>;
  /** Stops a life in order, and starts the next one: `isNew` in the next release. */
  release: (life: Life, isNew: boolean) => void = () => undefined;
  /** Ends a life, as `kill -9` would. */
  crash: (life: Life) => void = () => undefined;
  /** Whether a call is answered before anybody else has a turn; the seed says how often. */
  readonly answersAtOnce: (isChange: boolean) => boolean;
  loseLease: (life: Life, strike: Strike) => void = () => undefined;
  readonly foreignWaits: ForeignWaits;
  readonly #invariants: Invariants<object>;

  constructor(parts: {
    readonly chance: Chance;
    readonly schedule: Schedule;
    readonly faults: FaultPlan;
    readonly history: History;
    readonly outside: object;
    /** As clients know them. */
    readonly contexts: readonly BoundedContext[];
    readonly invariants: Invariants<object>;
  }) {
    this.chance = parts.chance;
    this.schedule = parts.schedule;
    this.faults = parts.faults;
    this.history = parts.history;
    this.foreignWaits = new ForeignWaits(parts.history.isKept);
    this.schedule.onStandstill = (hasMoved) => this.foreignWaits.look(hasMoved);
    this.outside = parts.outside;
    const answers = parts.chance.of('answers');
    const questions = answers.pick([0, 0.5, 0.9, 1]);
    const changes = answers.pick([0, 0, 0.8, 1]);
    this.answersAtOnce = (isChange) => answers.happens(isChange ? changes : questions);
    this.contexts = parts.contexts.map(({ name }) => name);
    this.sharedContracts = new Set(contractsOf(parts.contexts));
    this.#invariants = parts.invariants;
    this.faults.onStrike = (strike) => {
      const { kind, place, nth } = strike;
      this.history.happened(this.schedule.nowMs, `${kind} ${place} ${nth}`);
      if (!AFTER_THE_CALL.has(kind)) this.#noteStrike(strike);
    };
  }

  madeInVain(strike: Strike): void {
    if (AFTER_THE_CALL.has(strike.kind)) this.#noteStrike(strike);
  }

  #noteStrike({ kind, place, nth }: Strike): void {
    this.history.note(this.schedule.nowMs, () => ({
      where: '',
      kind: 'fault',
      text: `${kind} at call ${nth} of ${place}: ${FAULT_KINDS[kind]}`,
    }));
  }

  /** What invariants see of it. */
  get view(): SeenWorld {
    return { outside: this.outside, records: (context) => this.seen.of(context) };
  }

  committed(
    life: Life,
    context: string,
    writeSets: readonly WriteSet[],
    outcomes: readonly (Outcome | Held)[],
  ): void {
    this.commits += 1;
    const { history, schedule } = this;
    for (const record of this.seen.add(context, writeSets, outcomes)) {
      const { position, direction, type, key, id, data, occurredAt, recordedAt } = record;
      const facts = `${context} ${position} ${direction} ${type} ${key} ${id} ${data}`;
      history.happened(schedule.nowMs, `${facts} ${occurredAt} ${recordedAt}`, () => ({
        where: life.process,
        kind: 'commit',
        text: `${life.process === context ? '' : `${context} `}commits ${position}: ${DIRECTIONS[direction]}${type} ${key} ${data}`,
      }));
    }
    this.lookAtInvariants();
  }

  delivered(life: Life, name: string, { messages }: Delivery): void {
    for (const { id, type, key } of messages) {
      this.history.happened(this.schedule.nowMs, `${name} ${id}`, () => ({
        where: life.process,
        kind: 'delivery',
        text: `receives ${type} ${key} (${name})`,
      }));
    }
  }

  askedOutside(life: Life, name: string, given: readonly unknown[]): void {
    this.history.happened(this.schedule.nowMs, name, () => ({
      where: life.process,
      kind: 'outside',
      text: `calls ${name}(${given.map((each) => JSON.stringify(each)).join(', ')})`,
    }));
    this.lookAtInvariants();
  }

  /** Runs a piece of the user's code. */
  userCode<T>(life: Life | undefined, name: string, run: () => T): T {
    return this.foreignWaits.watch(name, inSimulation.run({ world: this, life, name }, run));
  }

  /** Ends the run; answers with the error, to be thrown where it happened. */
  usesHiddenSource(by: string, source: string, stack: string): HiddenSourceError {
    const error = new HiddenSourceError(by, source, stack);
    this.schedule.fail(error);
    return error;
  }

  note(where: string, kind: 'step' | 'process' | 'broken', text: string): void {
    this.history.note(this.schedule.nowMs, () => ({ where, kind, text }));
  }

  lookAtInvariants(): void {
    for (const [name, holds] of Object.entries(this.#invariants.always ?? {})) {
      try {
        holds(this.view);
      } catch (error) {
        const broken = new InvariantBrokenError(name, error);
        this.note('', 'broken', broken.message);
        this.schedule.fail(broken);
      }
    }
  }
}

/** The call itself is seen first. */
const AFTER_THE_CALL: ReadonlySet<FaultKind> = new Set([
  'crash-after',
  'answer-lost',
  'outside-answer-lost',
]);

const DIRECTIONS: Readonly<Record<Direction, string>> = {
  domain: '',
  outgoing: 'publishes ',
  incoming: 'takes in ',
  timer: 'timer ',
};
