import type { Imported } from '../backbone/imported.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import type { ByWhom } from '../runtime/by-whom.ts';
import {
  IMPORT_CHARACTERS_MAX,
  IMPORT_MESSAGES_MAX,
  importRows,
} from '../runtime/import-request.ts';
import { type RequestAnswer, requestAnswer } from '../runtime/request.ts';
import { type Asking, leaveRows, waitFor } from './left-request.ts';

/** So many batches may be without an answer, while somebody answers at all. */
const UNANSWERED_MAX = 4;

/** What became of the messages of one source that a context was asked to take in. */
export interface ImportedInto extends Imported {
  readonly context: string;
  /** Who has published them. */
  readonly source: string;
  /** Not taken up by anybody so far: who runs the context next will. */
  readonly left: number;
  /** Not taken in, and not to be: those who run the context do not listen to their source. */
  readonly refused: number;
  /** Why not; null when none were refused. */
  readonly why: string | null;
}

/**
 * Asks those who run a context to take in messages of one source, a batch at a time, and waits for the
 * answers: never are more than a few batches on their way. Once nobody has answered for as long as
 * the asking says, the rest is left without waiting; whoever answers later is waited for again.
 */
export class ImportBatches {
  readonly #asking: Asking;
  readonly #source: string;
  readonly #by: ByWhom;
  /** What is not left yet, and how large it is. */
  #texts: string[] = [];
  #characters = 0;
  readonly #unanswered: LeftBatch[] = [];
  #isSilent = false;
  #told: Omit<ImportedInto, 'context' | 'source' | 'left'> = NOTHING_TOLD;

  constructor(asking: Asking, source: string, by: ByWhom) {
    this.#asking = asking;
    this.#source = source;
    this.#by = by;
  }

  /** What became of them so far. */
  get result(): ImportedInto {
    const left = this.#unanswered.reduce((sum, { count }) => sum + count, 0);
    return { context: this.#asking.context, source: this.#source, ...this.#told, left };
  }

  /** Adds a message, as the JSON text of an envelope. */
  async add(text: string): Promise<void> {
    const isTooMuch = this.#characters + text.length > IMPORT_CHARACTERS_MAX;
    if (isTooMuch) await this.leave();
    this.#texts.push(text);
    this.#characters += text.length;
    if (this.#texts.length === IMPORT_MESSAGES_MAX) await this.leave();
  }

  /** Leaves what is not left yet. */
  async leave(): Promise<void> {
    if (this.#texts.length === 0) return;
    const { host } = this.#asking;
    const count = this.#texts.length;
    const request = { action: 'import', source: this.#source, count, ...this.#by } as const;
    const rows = importRows(request, this.#texts, { id: host.ids.next(), at: host.clock.now() });
    this.#texts = [];
    this.#characters = 0;
    await leaveRows(this.#asking, rows);
    this.#unanswered.push({ row: rows[0], count });
    await this.#answersUpTo(UNANSWERED_MAX - 1, this.#asking);
  }

  /** Waits until all that was left is answered for, or until nobody answers any more. */
  answered(wait: Pick<Asking, 'waitMs' | 'signal'>): Promise<void> {
    return this.#answersUpTo(0, wait);
  }

  /** Takes note of answers, in their order, until no more than so many are missing. */
  async #answersUpTo(missing: number, wait: Pick<Asking, 'waitMs' | 'signal'>): Promise<void> {
    while (this.#unanswered.length > missing) {
      const { row } = this.#unanswered[0] as LeftBatch;
      const look = () => requestAnswer(this.#asking.log, row);
      const answer =
        (await look()) ??
        (this.#isSilent ? undefined : await waitFor({ ...this.#asking, ...wait }, look));
      if (answer === undefined) {
        // Whoever gave up waiting knows nothing of those who answer.
        this.#isSilent ||= !wait.signal.aborted;
        return;
      }
      this.#isSilent = false;
      this.#takeNote(answer);
    }
  }

  #takeNote({ imported, refused }: RequestAnswer): void {
    const { count } = this.#unanswered.shift() as LeftBatch;
    const before = this.#told;
    this.#told = {
      taken: before.taken + (imported?.taken ?? 0),
      known: before.known + (imported?.known ?? 0),
      parked: before.parked + (imported?.parked ?? 0),
      refused: before.refused + (refused === undefined ? 0 : count),
      why: refused ?? before.why,
    };
  }
}

const NOTHING_TOLD = { taken: 0, known: 0, parked: 0, refused: 0, why: null };

/** A batch that was left, and how many messages it has. */
interface LeftBatch {
  readonly row: WaitingRow;
  readonly count: number;
}
