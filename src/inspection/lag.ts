import type { BoundedContext } from '../context/bounded-context.ts';
import type { Clock } from '../host/clock.ts';
import type { Holder } from '../log/holder.ts';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { describeError } from '../subscription/failure.ts';
import { chosenContexts } from './chosen-contexts.ts';
import { worstFirst } from './level.ts';
import { type OpenLog, type ReadableLogs, assertSomeLog, withReadable } from './open-logs.ts';
import type { ReaderLag } from './reader-lag.ts';
import { readersOf } from './readers.ts';
import { type Running, diagnosisOf, runningOf } from './runners.ts';

/** At most so many readers are told of. */
const READERS_MAX = 1_000;

/** How far all that there is to do has come. */
export interface Lag {
  readonly contexts: readonly ContextLag[];
  /** The worst first, then by how much they are behind. */
  readonly readers: readonly ReaderLag[];
  /** There are more readers than are told of. */
  readonly isCut: boolean;
  /** The contexts of which nothing is told: their log can not be read. */
  readonly unreadable: readonly UnreadableLog[];
}

export interface UnreadableLog {
  readonly context: string;
  readonly why: string;
}

export interface ContextLag {
  readonly context: string;
  /** False: it has never been opened. */
  readonly isThere: boolean;
  /** The highest position that can be read. */
  readonly head: number;
  /** Who keeps the log from being read further, by a transaction that does not end. */
  readonly heldBy: Holder | null;
  readonly running: Running;
}

/** What is asked from, and of which context; of all when it is not named. */
export interface LagQuestion {
  readonly clock: Clock;
  readonly context?: string | undefined;
}

/**
 * How far every subscription of every context has come, from the logs alone: beside a running
 * application, or without one.
 *
 * @throws {QuestionError} when there is no such context, or no log at all. What keeps the first log from
 * being read, when none can be.
 */
export async function lag(config: ThereuponConfig, question: LagQuestion): Promise<Lag> {
  const chosen = chosenContexts(config.contexts, question.context);
  // All of them: what is taken in is told by the log that it comes from.
  return withReadable(config, (readable) => {
    if (readable.unreadable.size === 0) assertSomeLog(readable.logs, config.store.name);
    return lagOf(config, readable, { chosen, clock: question.clock });
  });
}

/** The same of logs that are open: those of all contexts, as far as they can be read. */
export async function lagOf(
  config: ThereuponConfig,
  { logs, unreadable }: Omit<ReadableLogs, 'close'>,
  { chosen, clock }: { readonly chosen: readonly BoundedContext[]; readonly clock: Clock },
): Promise<Lag> {
  const contexts: ContextLag[] = [];
  const readers: ReaderLag[] = [];
  for (const open of logs.filter(({ context }) => chosen.includes(context))) {
    const of = await contextLag(config, open);
    contexts.push(of);
    const now = clock.now();
    readers.push(...(await readersOf({ config, logs, open, running: of.running, now })));
  }
  const sorted = readers.toSorted(mostFirst);
  return {
    contexts,
    readers: sorted.slice(0, READERS_MAX),
    isCut: sorted.length > READERS_MAX,
    unreadable: [...unreadable].map(([context, error]) => ({
      context,
      why: describeError(error).message,
    })),
  };
}

async function contextLag({ store }: ThereuponConfig, { name, log }: OpenLog): Promise<ContextLag> {
  const diagnosis = await diagnosisOf(store, name);
  return {
    context: name,
    isThere: log.epoch !== '',
    head: await log.head(),
    heldBy: diagnosis === undefined ? ((await log.heldBy?.()) ?? null) : diagnosis.heldBy,
    running: runningOf(diagnosis),
  };
}

function mostFirst(a: ReaderLag, b: ReaderLag): number {
  return (
    worstFirst(a.level, b.level) ||
    (b.behind ?? 0) - (a.behind ?? 0) ||
    (b.oldestAgeMs ?? 0) - (a.oldestAgeMs ?? 0)
  );
}
