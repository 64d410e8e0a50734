import assert from 'node:assert/strict';
import { type Collected, Unit, type Workplace } from '../context/unit.ts';
import type { Log } from '../log/log.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import type { WriteSet } from '../log/write-set.ts';
import type { Lacking } from '../reaction/looked-at.ts';
import { isNotYet } from '../reaction/tools.ts';
import type { Answer, Collect } from './batch.ts';
import { asEdited, editedOf } from './edited.ts';
import { Entry } from './entry.ts';
import { RecordGoneError } from './fenced.ts';
import { mayBeOfAnyKey } from './keys-unknown.ts';
import type { LaterDealing } from './later-dealing.ts';
import type { SubscriptionDefinition } from './subscription-definition.ts';

/** What the waiting room has done: what a row stands for, committed together with the row's end. */
export class RowWork {
  readonly #parts: RowWorkParts;
  /** Handlers that go on beside their batch, by their row. */
  readonly #underWay = new Map<string, UnderWay>();

  constructor(parts: RowWorkParts) {
    this.#parts = parts;
  }

  /** How many handlers go on beside their batch. */
  get underWay(): number {
    return this.#underWay.size;
  }

  /** This handler runs already: it is not begun again when the turn of its row comes. */
  goesOn(row: WaitingRow, running: Promise<Answer>): void {
    this.#underWay.set(row.recordId + row.key, { row, running });
  }

  /** Finishes what goes on beside its batch. What fails now is done again at the next start. */
  async finish(): Promise<void> {
    const goingOn = [...this.#underWay.values()];
    await Promise.allSettled(goingOn.map(({ row }) => this.perform(row)));
  }

  /** Answers with what is lacking when it is not yet time. */
  async perform(row: WaitingRow): Promise<Lacking | undefined> {
    // Taken before anything is waited for: nobody else may take it up as well.
    let underWay = this.#underWay.get(row.recordId + row.key)?.running;
    this.#underWay.delete(row.recordId + row.key);
    const entry = await this.#entryOf(row);
    if (mayBeOfAnyKey(row)) return this.#dealLater(row, entry);
    const again = underWay === undefined ? await this.#begin(row, entry) : this.#handle(row, entry);
    for (;;) {
      const answer = await (underWay ?? again());
      underWay = undefined;
      if (isNotYet(answer)) return answer;
      const unit = this.#unitOf(answer);
      const save = (collected: Collected) =>
        this.#parts.save({ ...collected, done: [...collected.done, row] });
      if (await unit.commit(save, Boolean)) {
        unit.keepStates();
        return undefined;
      }
      unit.dropStates();
    }
  }

  /** Performs an effect, whose outcome may have to be collected more than once; else as `handle`. */
  async #begin(row: WaitingRow, entry: Entry): Promise<() => Answer | Promise<Answer>> {
    const { perform } = this.#parts.definition;
    return perform === undefined ? this.#handle(row, entry) : perform(entry, row);
  }

  #handle(row: WaitingRow, entry: Entry): () => Answer | Promise<Answer> {
    const { definition, workplace } = this.#parts;
    return () => {
      const { name, handle } = definition;
      assert(handle !== undefined, `"${name}" neither handles nor performs`);
      return handle(entry, row.key, new Unit(workplace));
    };
  }

  /** Its keys could not be told. Now that they can, it is dealt to them. */
  #dealLater(row: WaitingRow, entry: Entry): Promise<undefined> {
    const { definition, dealing } = this.#parts;
    return dealing.deal(row, definition.keysOf(entry.event, entry.stored));
  }

  #unitOf(answer: Unit | Collect): Unit {
    if (typeof answer !== 'function') return answer;
    const unit = new Unit(this.#parts.workplace);
    answer(unit);
    return unit;
  }

  async #entryOf(row: WaitingRow): Promise<Entry> {
    const { log, workplace, definition } = this.#parts;
    const [stored] = await log.recordsById([row.recordId]);
    if (stored === undefined) throw new RecordGoneError(row.recordId, definition.name);
    return new Entry(workplace.vocabulary, asEdited(stored, editedOf(row)));
  }
}

/** A handler that goes on beside its batch, and the row that stands for it. */
interface UnderWay {
  readonly row: WaitingRow;
  readonly running: Promise<Answer>;
}

export interface RowWorkParts {
  readonly definition: SubscriptionDefinition;
  readonly workplace: Workplace;
  readonly log: Pick<Log, 'recordsById'>;
  readonly dealing: LaterDealing;
  /** Commits whatever the store does meanwhile; false for a conflict. */
  readonly save: (writeSet: WriteSet) => Promise<boolean>;
}
