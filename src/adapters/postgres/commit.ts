import type { Clock } from '../../host/clock.ts';
import type { Held, Outcome, WriteSet } from '../../log/write-set.ts';
import { CommitContendedError } from './commit-contended.ts';
import { type Committed, commitGroup } from './commit-group.ts';
import type { Ask } from './database.ts';
import { codeOf } from './errors.ts';
import { Group, type NotTaken, type Taken } from './group.ts';
import { KnownFacts } from './known-facts.ts';

/** So many write sets at most in one call. */
const WRITE_SETS_MAX = 10_000;
/** So often is it looked at anew how things are; each time at least one write set is decided. */
const ROUNDS_MAX = 1_000;
/** So often is it tried again after the database chose us to give way to somebody else. */
const GIVEN_WAY_MAX = 20;

/** Where and how is committed. */
export interface CommitOptions {
  readonly ask: Ask;
  readonly schema: string;
  readonly clock: Clock;
  /** Whether it is inside a transaction of the caller's, which ends with the first error. */
  readonly isInside: boolean;
}

/**
 * Commits write sets in order, each with its own outcome. Of several, those that want a stream that
 * another transaction holds are `held`, with all that rest on them; one alone waits for it.
 *
 * @throws {RecordKnownError} when one can never be written, after the others were.
 * @throws {UnknownModelError} likewise.
 */
export async function commit(
  options: CommitOptions,
  writeSets: readonly WriteSet[],
): Promise<readonly (Outcome | Held)[]> {
  if (writeSets.length > WRITE_SETS_MAX)
    throw new RangeError(`At most ${WRITE_SETS_MAX} write sets at once, not ${writeSets.length}.`);
  const outcomes: (Outcome | Held)[] = [];
  let error: Error | undefined;
  for (const result of await commitTogether(options, writeSets)) {
    if (result.kind === 'failed') error ??= result.error;
    else outcomes.push(result.outcome);
  }
  if (error !== undefined) throw error;
  return outcomes;
}

/** outcome: it is decided. failed: it can never be written. */
type Result =
  | { readonly kind: 'outcome'; readonly outcome: Outcome | Held }
  | Extract<NotTaken, { kind: 'failed' }>;

/** Asks again and again, each time knowing more, until all that is left can be committed. */
async function commitTogether(
  options: CommitOptions,
  writeSets: readonly WriteSet[],
): Promise<readonly Result[]> {
  const facts = new KnownFacts();
  // Alone it delays nobody else, and may wait.
  const waits = writeSets.length === 1;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const group = new Group(facts);
    const taken = writeSets.map((writeSet) => group.add(writeSet));
    if (isDecided(group, facts, taken)) return taken.map((each) => resultOf(each, []));
    const committed = await attempt(options, { group, waits, facts });
    if (committed?.kind === 'committed')
      return taken.map((each) => resultOf(each, committed.positions));
    if (committed?.kind === 'refused') facts.add(committed.refused);
  }
  throw new CommitContendedError(ROUNDS_MAX);
}

/** Nothing is left to write, and nothing that this rests on was only taken to be so. */
function isDecided(
  { streams, ranges }: Group,
  facts: KnownFacts,
  taken: readonly (Taken | NotTaken)[],
): boolean {
  return (
    taken.every(({ kind }) => kind !== 'taken') &&
    [...streams.keys()].every((stream) => facts.streams.has(stream)) &&
    [...ranges.keys()].every((range) => facts.ranges.has(range))
  );
}

function resultOf(taken: Taken | NotTaken, positions: readonly number[]): Result {
  if (taken.kind === 'refused') return { kind: 'outcome', outcome: taken.outcome };
  if (taken.kind === 'failed') return taken;
  const own = taken.numbers.map((number) => (number === 0 ? 0 : (positions[number - 1] as number)));
  return { kind: 'outcome', outcome: { kind: 'committed', positions: own } };
}

/** One call; undefined when nothing was committed and it may be tried again, knowing more or not. */
async function attempt(
  options: CommitOptions,
  { group, waits, facts }: { group: Group; waits: boolean; facts: KnownFacts },
): Promise<Committed | undefined> {
  for (let count = 1; ; count += 1) {
    try {
      return await commitGroup(options.ask, { schema: options.schema, waits }, group);
    } catch (error) {
      // Inside of a transaction the first error is the end of it.
      if (options.isInside) throw error;
      if (codeOf(error) === UNIQUE && (await findKnownRecords(options, group, facts)))
        return undefined;
      if (!GIVES_WAY.has(codeOf(error) ?? '') || count === GIVEN_WAY_MAX) throw error;
      await options.clock.sleep(Math.min(count, 10));
    }
  }
}

const UNIQUE = '23505';
/** A stream or a command that was made at this moment; not serializable; a deadlock. */
const GIVES_WAY: ReadonlySet<string> = new Set(['TH001', UNIQUE, '40001', '40P01']);

/** Looks which ids are in the log already. Whether there are any. */
async function findKnownRecords(
  { ask, schema }: CommitOptions,
  { records }: Group,
  facts: KnownFacts,
): Promise<boolean> {
  // log_domain_by_id, and its like for messages.
  const rows = await ask<[string]>(`select id from ${schema}.log where id = any ($1)`, [
    records.filter(({ received }) => received === undefined).map(({ id }) => id),
  ]);
  for (const [id] of rows) facts.records.add(id);
  return rows.length > 0;
}
