import type { Clock } from '../host/clock.ts';
import type { Exclusive, ExclusiveOutcome, Log } from './log.ts';
import type { Outcome, WriteSet } from './write-set.ts';

/** At most so many write sets go into one commit, so that no caller waits for a very long one. */
const WRITE_SETS_MAX = 1_000;
/** How often a lost answer is looked up before the error goes to the caller, 50 ms … 1 s apart. */
const LOOKUPS_MAX = 10;

/**
 * Commits what waits, together. Whoever wants to change something hands over a write set and gets
 * its own outcome; all write sets that wait at the same moment share one commit, and so one sync
 * of the disk.
 *
 * When the store throws, each write set may be in or not (the answer was lost): it is looked up by
 * what it would have written, and only what is not there is reported as failed. Nothing is ever
 * committed a second time on a guess.
 */
export class Committer {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #listeners = new Set<CommitListener>();
  #queue: Waiting[] = [];
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

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#working !== undefined) await this.#working;
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
    try {
      const outcomes = await this.#log.commit(group.map((waiting) => waiting.writeSet));
      group.forEach((waiting, index) => this.#answer(waiting, outcomes[index] as Outcome));
    } catch (error) {
      for (const waiting of group) await this.#lookUp(waiting, error);
    }
  }

  #answer(waiting: Shared, outcome: Outcome): void {
    this.#tell(waiting.writeSet, outcome);
    waiting.resolve(outcome);
  }

  #tell(writeSet: WriteSet, outcome: Outcome): void {
    if (outcome.kind !== 'committed') return;
    for (const listener of this.#listeners) listener(writeSet, outcome.positions);
  }

  async #lookUp(waiting: Shared, error: unknown): Promise<void> {
    for (let lookup = 1; ; lookup += 1) {
      try {
        const outcome = await findOutcome(this.#log, waiting.writeSet);
        if (outcome === undefined) waiting.reject(error);
        else this.#answer(waiting, outcome);
        return;
      } catch (lookupError) {
        if (lookup === LOOKUPS_MAX) return waiting.reject(new OutcomeUnknownError(lookupError));
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
      // Only a write set with records can be recognised; anything else is reported as it came.
      const outcome = asked?.writeSet.records?.length
        ? await findOutcome(this.#log, asked.writeSet)
        : undefined;
      if (asked === undefined || outcome === undefined) throw error;
      this.#tell(asked.writeSet, outcome);
      return { result: asked.result, outcome };
    }
  }
}

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

/**
 * Was this write set committed although its answer was lost? Known by whatever it writes that
 * nothing else can have written: its records' ids, a checkpoint that stands where it moved it, a
 * waiting row that only its owner removes.
 */
async function findOutcome(log: Log, writeSet: WriteSet): Promise<Outcome | undefined> {
  const records = writeSet.records ?? [];
  if (records.length > 0) return findByRecords(log, records);
  const move = writeSet.moves?.find((candidate) => candidate.from !== candidate.to);
  if (move !== undefined) {
    const checkpoints = await log.checkpoints();
    const found = checkpoints.some(
      (checkpoint) =>
        checkpoint.subscription === move.subscription &&
        checkpoint.firstSlot === move.firstSlot &&
        checkpoint.epoch === move.epoch &&
        checkpoint.position === move.to,
    );
    return found ? { kind: 'committed', positions: [] } : undefined;
  }
  // What is left (waiting rows, marks, snapshots) says the same when it is written twice.
  return undefined;
}

async function findByRecords(
  log: Log,
  records: NonNullable<WriteSet['records']>,
): Promise<Outcome | undefined> {
  const found = await log.recordsById(records.map((record) => record.id));
  // All or none: a record that is there although another is not was received before this commit.
  if (found.length < new Set(records.map((record) => record.id)).size) return undefined;
  const positions = new Map(found.map((record) => [record.id, record.position]));
  return {
    kind: 'committed',
    positions: records.map((record) => positions.get(record.id) ?? 0),
  };
}
