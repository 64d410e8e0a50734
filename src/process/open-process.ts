import type { AnyAggregate } from '../aggregate/aggregate.ts';
import type { Unit, Workplace } from '../context/unit.ts';
import type { WaitingKey } from '../log/waiting-row.ts';
import type { Fact, Recorded } from '../message/fact.ts';
import { deepFreeze, frozenCopy } from '../message/json.ts';
import { causeOf } from '../reaction/handler-tools.ts';
import type { Entry } from '../subscription/entry.ts';
import { describeError } from '../subscription/failure.ts';
import { insideHandler } from '../subscription/in-handler.ts';
import { type Action, actions } from './actions.ts';
import { type Due, dueAt } from './due.ts';
import { assertActions } from './not-an-action.ts';
import {
  type ProcessInstance,
  type SetTimer,
  assertState,
  currentInstance,
  instancesOf,
  newInstance,
} from './process-instance.ts';
import type { CommandRefused, ProcessManager } from './process-manager.ts';
import { BUSINESS_TIMERS, TIMERS, timerKey, timerRow } from './timer-row.ts';
import { timerName } from './timer-type.ts';

/** One process while it is told of one record: its state and its timers, as they come to be. */
export class OpenProcess {
  readonly #parts: OpenProcessParts;
  readonly #stored: ProcessInstance | undefined;
  readonly #begun: ProcessInstance;
  readonly #timers: Map<string, SetTimer>;
  #state: unknown;
  #isOver = false;

  constructor(parts: OpenProcessParts, stored: ProcessInstance | undefined) {
    const { process, entry } = parts;
    this.#parts = parts;
    this.#stored = stored;
    this.#begun =
      stored === undefined ? newInstance(process, entry.stored) : currentInstance(process, stored);
    this.#state = this.#begun.state;
    this.#timers = new Map(Object.entries(this.#begun.timers));
    // Its row went when it became this record.
    if (entry.stored.direction === 'timer') this.#forget(timerName(entry.stored.type));
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Tells it of an event, does what it asks for then, and answers with what was refused of it. */
  async tell(event: Recorded<Fact>): Promise<readonly Refusal[]> {
    const { process, key } = this.#parts;
    const wanted = insideHandler({ name: process.name, tools: [] }, () => {
      this.#state = deepFreeze(process.evolve(this.#state, event) as unknown);
      assertState(process.name, this.#state);
      const answer: unknown = process.react(this.#state, event, { ...actions, key }) ?? [];
      assertActions(process.name, answer);
      return answer;
    });
    const refusals: Refusal[] = [];
    for (const action of wanted) {
      const refusal = await this.#perform(action);
      if (refusal !== undefined) refusals.push(refusal);
    }
    return refusals;
  }

  /** Its state as it is now, and its timers; nothing where nothing has changed. */
  collect(): void {
    const { process, key, unit } = this.#parts;
    const model = instancesOf(process);
    if (this.#isOver) {
      for (const timer of this.#timers.keys()) this.#cancel(timer);
      if (this.#stored !== undefined) unit.instances.set(model, key, null);
      return;
    }
    const now: ProcessInstance = {
      ...this.#begun,
      state: this.#state,
      timers: Object.fromEntries(this.#timers),
    };
    if (JSON.stringify(now) !== JSON.stringify(this.#stored))
      unit.instances.set(model, key, deepFreeze(now));
  }

  async #perform(action: Action): Promise<Refusal | undefined> {
    const { unit, entry } = this.#parts;
    switch (action.kind) {
      case 'command':
        return this.#give(action);
      case 'publish':
        unit.publish(action.contract, action.data, causeOf(entry));
        return undefined;
      case 'set-timer':
        this.#cancel(action.timer);
        this.#set(action.timer, action.due);
        return undefined;
      case 'cancel-timer':
        this.#cancel(action.timer);
        return undefined;
      case 'complete':
        this.#isOver = true;
        return undefined;
    }
  }

  async #give({ aggregate, id, command }: Asked): Promise<Refusal | undefined> {
    const { unit, entry } = this.#parts;
    try {
      await unit.handle(aggregate, id, { command: frozenCopy(command), cause: causeOf(entry) });
      return undefined;
    } catch (error) {
      if (!unit.refusals.has(error)) throw error;
      return { thrown: error, event: refusedFact(entry.event, { aggregate, id, command }, error) };
    }
  }

  #set(timer: string, due: Due): void {
    const { process, key, entry, unit, workplace } = this.#parts;
    const { correlationId, causationId, traceparent, metadata } = causeOf(entry);
    if (!process.timers.includes(timer)) throw new UnknownTimerError(process.name, timer);
    const { clock, ids } = workplace.host;
    const { occurredAt, recordedAt } = entry.stored;
    const from = process.time === 'business' ? occurredAt : recordedAt;
    const set = { id: ids.next(), due: dueAt(due, from) };
    const caused = { causationId, traceparent, metadata };
    const row = timerRow(
      { kind: 'process', process: process.name, timer, key, ...caused },
      {
        subscription: this.#subscription,
        ...set,
        position: entry.position,
        correlationId,
        since: clock.now(),
      },
    );
    unit.timers.set(row);
    this.#timers.set(timer, set);
  }

  #cancel(timer: string): void {
    const set = this.#timers.get(timer);
    if (set === undefined) return;
    this.#parts.unit.timers.cancel(this.#rowOf(set));
    this.#forget(timer);
  }

  #forget(timer: string): void {
    this.#timers.delete(timer);
  }

  #rowOf({ id }: SetTimer): WaitingKey {
    const { process, key } = this.#parts;
    return { subscription: this.#subscription, key: timerKey(process.name, key), recordId: id };
  }

  get #subscription(): string {
    return this.#parts.process.time === 'business' ? BUSINESS_TIMERS : TIMERS;
  }
}

interface Asked {
  readonly aggregate: AnyAggregate;
  readonly id: string;
  readonly command: Fact;
}

/** What an aggregate refused, and the event that the process is told of it by. */
export interface Refusal {
  readonly thrown: unknown;
  readonly event: Recorded<Fact>;
}

export interface OpenProcessParts {
  readonly process: ProcessManager;
  readonly key: string;
  readonly entry: Entry;
  readonly unit: Unit;
  readonly workplace: Workplace;
}

/** It happened where the event was handled, so that it has its times and its place. */
function refusedFact(
  event: Recorded<Fact>,
  { aggregate, id, command }: Asked,
  thrown: unknown,
): Recorded<Fact> {
  const { name, code, message } = describeError(thrown);
  const data: CommandRefused['data'] = {
    aggregate: aggregate.name,
    id,
    command,
    name,
    code,
    message,
  };
  return deepFreeze({ ...event, type: 'CommandRefused', data });
}

/** A process manager set a timer that is not among its `timers`, so nobody would hear of it. */
export class UnknownTimerError extends Error {
  override readonly name = 'UnknownTimerError';
  readonly code = 'unknown-timer';
  readonly retryable = false;
  readonly process: string;
  readonly timer: string;

  constructor(process: string, timer: string) {
    super(
      `${JSON.stringify(process)} set the timer ${JSON.stringify(timer)}, which is not among its ` +
        `"timers". List it there, then redrive.`,
    );
    this.process = process;
    this.timer = timer;
  }
}
