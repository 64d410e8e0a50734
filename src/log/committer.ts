import type { Clock } from '../host/clock.ts';
import { findOutcome } from './find-outcome.ts';
import { type Exclusive, type ExclusiveOutcome, type Log, LogClosedError } from './log.ts';
import { RecordKnownError } from './record-known.ts';
import { UnknownModelError } from './unknown-model.ts';
import type { Held, Outcome, WriteSet } from './write-set.ts';

/** At most so many write sets go into one commit, so that no caller waits for a very long one. */
const WRITE_SETS_MAX = 1_000;
/** So many write sets wait at a time, each by itself, for streams that others hold. */
const ASIDE_MAX = 4;
/** How often a lost answer is looked up before the error goes to the caller, 50 ms … 1 s apart. */
const LOOKUPS_MAX = 10;

/**
 * Commits what waits, together. Whoever wants to change something hands over a write set and gets
 * its own outcome; all write sets that wait at the same moment share one commit, and so one sync
 * of the disk.
 *
 * When the store throws, each write set may be in or not (the answer was lost): it is looked up by
 * what it would have written, and only what is not there is reported as failed. Nothing is ever
 * committed a second time on a guess. When one write set can never be written, the others of its
 * commit still have outcomes of their own.
 */
export class Committer {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #listeners = new Set<CommitListener>();
  readonly #doubters = new Set<() => void>();
  #queue: Waiting[] = [];
  /** Those that want what others hold: they wait beside the others, so that these need not. */
  #aside: Shared[] = [];
  readonly #settingAside = new Set<Promise<void>>();
  #working: Promise<void> | undefined;

  constructor(log: Log, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** Commits one write set, together with those of others that wait at the same moment. */
  commit(writeSet: WriteSet): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ kind: 'shared', writeSet, resolve, reject });
      this.#working ??= this.#work();
    });
  }

  /** Runs work in a transaction of its own, between the shared commits. See `Log.transaction`. */
  exclusive<T>(work: (database: unknown) => Promise<Exclusive<T>>): Promise<ExclusiveOutcome<T>> {
    return new Promise((resolve, reject) => {
      const run = async (): Promise<void> => {
        try {
          resolve(await this.#exclusive(work));
        } catch (error) {
          reject(error);
        }
      };
      this.#queue.push({ kind: 'alone', run });
      this.#working ??= this.#work();
    });
  }

  /** Calls `listener` with each write set that was committed, in the order of their positions. */
  onCommitted(listener: CommitListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Calls `listener` when the store could not say what became of a change: it may be in the log
   * although nobody was told of it.
   */
  onDoubt(listener: () => void): () => void {
    this.#doubters.add(listener);
    return () => this.#doubters.delete(listener);
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#working !== undefined || this.#settingAside.size > 0)
      await (this.#working ?? Promise.race(this.#settingAside));
  }

  async #work(): Promise<void> {
    // Everyone who is ready now hands over first: so that they share the commit.
    await this.#clock.turn();
    while (this.#queue.length > 0) {
      const next = this.#queue[0] as Waiting;
      if (next.kind === 'alone') {
        this.#queue.shift();
        await next.run();
      } else {
        await this.#shared(this.#takeShared());
        if (this.#queue.length > 0) await this.#clock.turn();
      }
    }
    this.#working = undefined;
  }

  #takeShared(): Shared[] {
    const alone = this.#queue.findIndex((waiting) => waiting.kind === 'alone');
    const count = Math.min(alone === -1 ? this.#queue.length : alone, WRITE_SETS_MAX);
    return this.#queue.splice(0, count) as Shared[];
  }

  async #shared(group: readonly Shared[]): Promise<void> {
    let outcomes: readonly (Outcome | Held)[];
    try {
      outcomes = await this.#log.commit(group.map((waiting) => waiting.writeSet));
    } catch (error) {
      return this.#afterFailure(group, error);
    }
    group.forEach((waiting, index) => this.#answer(waiting, outcomes[index] as Outcome | Held));
  }

  async #afterFailure(group: readonly Shared[], error: unknown): Promise<void> {
    const isAboutOne = error instanceof RecordKnownError || error instanceof UnknownModelError;
    const missing: Shared[] = [];
    for (const [index, waiting] of group.entries()) {
      const found = await this.#find(waiting.writeSet, error);
      if (found.kind === 'unknown') {
        // The store cannot be asked: nor can it about the rest.
        for (const { reject } of [...missing, ...group.slice(index)]) reject(found.error);
        return;
      }
      if (found.kind === 'missing') missing.push(waiting);
      else this.#answer(waiting, found);
    }
    for (const waiting of missing) {
      // Of several, only one or some are to blame; each of the others has an outcome of its own.
      if (isAboutOne && group.length > 1) await this.#shared([waiting]);
      else waiting.reject(error);
    }
  }

  #answer(waiting: Shared, outcome: Outcome | Held): void {
    if (outcome.kind === 'held') {
      this.#aside.push(waiting);
      return this.#workAside();
    }
    this.#tell(waiting.writeSet, outcome);
    waiting.resolve(outcome);
  }

  #workAside(): void {
    while (this.#settingAside.size < ASIDE_MAX && this.#aside.length > 0) {
      const waiting = this.#aside.shift() as Shared;
      const working = this.#shared([waiting]).finally(() => {
        this.#settingAside.delete(working);
        this.#workAside();
      });
      this.#settingAside.add(working);
    }
  }

  #tell(writeSet: WriteSet, outcome: Outcome): void {
    if (outcome.kind !== 'committed') return;
    for (const listener of this.#listeners) {
      try {
        listener(writeSet, outcome.positions);
      } catch (error) {
        // A fault of the listener: it must be seen, and it must not become one of the commit's.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  /** Asks the store, again and again for a while, whether a change is in. */
  async #find(writeSet: WriteSet, error: unknown): Promise<Outcome | NotFound> {
    // A log that is closed has taken nothing.
    if (error instanceof LogClosedError) return { kind: 'missing' };
    for (let lookup = 1; ; lookup += 1) {
      try {
        return (await findOutcome(this.#log, writeSet)) ?? { kind: 'missing' };
      } catch (lookupError) {
        if (lookup === LOOKUPS_MAX || lookupError instanceof LogClosedError) {
          for (const listener of this.#doubters) listener();
          return { kind: 'unknown', error: new OutcomeUnknownError(lookupError) };
        }
        await this.#clock.sleep(Math.min(1_000, 25 * 2 ** lookup));
      }
    }
  }

  async #exclusive<T>(
    work: (database: unknown) => Promise<Exclusive<T>>,
  ): Promise<ExclusiveOutcome<T>> {
    let asked: Exclusive<T> | undefined;
    try {
      const done = await this.#log.transaction(async (database) => (asked = await work(database)));
      this.#tell((asked as Exclusive<T> | undefined)?.writeSet ?? {}, done.outcome);
      return done;
    } catch (error) {
      // Before the work was done, nothing was to be committed.
      if (asked === undefined) throw error;
      const outcome = await this.#find(asked.writeSet, error);
      if (outcome.kind === 'missing') throw error;
      if (outcome.kind === 'unknown') throw outcome.error;
      this.#tell(asked.writeSet, outcome);
      return { result: asked.result, outcome };
    }
  }
}

/** missing: it is not in the log. unknown: the log could not be asked. */
type NotFound =
  | { readonly kind: 'missing' }
  | { readonly kind: 'unknown'; readonly error: OutcomeUnknownError };

export type CommitListener = (writeSet: WriteSet, positions: readonly number[]) => void;

/** The store failed and could not be asked whether the change is in. Ask again later, by its id. */
export class OutcomeUnknownError extends Error {
  override readonly name = 'OutcomeUnknownError';
  readonly code = 'outcome-unknown';
  readonly retryable = false;

  constructor(cause: unknown) {
    super(
      'The store did not say whether the change was committed, and could not be asked. Repeat a ' +
        'command under the same commandId: it then takes effect once.',
      { cause },
    );
  }
}

type Waiting = Shared | { readonly kind: 'alone'; readonly run: () => Promise<void> };

interface Shared {
  readonly kind: 'shared';
  readonly writeSet: WriteSet;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}
