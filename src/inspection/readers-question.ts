import { TIMER_NAMES, TIMERS } from '../process/timer-row.ts';
import type { WaitingCount } from '../log/log.ts';
import type { Checkpoint } from '../log/write-set.ts';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { SLOTS } from '../subscription/slot.ts';
import { type Counted, NONE } from './count-wanted.ts';
import { failingIn } from './failing.ts';
import type { OpenLog } from './open-logs.ts';
import type { PausedBy, PausedSubscription } from './pauses.ts';
import { type ReaderKind, type ReaderLag, levelOf } from './reader-lag.ts';
import { type Running, ownerOf } from './runners.ts';

const ALL_SLOTS = { firstSlot: 0, lastSlot: SLOTS - 1 };

/** What the readers of one context are told from. */
export interface ReadersQuestion {
  readonly config: ThereuponConfig;
  /** Of all contexts. */
  readonly logs: readonly OpenLog[];
  readonly open: OpenLog;
  readonly running: Running;
  readonly now: number;
  /** How many rows wait in its log. */
  readonly counts: readonly WaitingCount[];
  readonly checkpoints: ReadonlyMap<string, readonly Checkpoint[]>;
  readonly pauses: readonly PausedSubscription[];
}

/** What was found out about a reader. */
export interface FoundReader {
  readonly name: string;
  readonly kind: ReaderKind;
  readonly state: ReaderLag['state'];
  readonly position: number | null;
  readonly behind: Counted | null;
  /** Where its slots are dealt out; otherwise it is one process's, all of it. */
  readonly ranges?: ReaderLag['ranges'];
}

/** Puts beside it what waits for it, who owns it, and how bad that is. */
export async function readerLag(question: ReadersQuestion, found: FoundReader): Promise<ReaderLag> {
  const { open, running, now } = question;
  const { behind, ranges, ...rest } = found;
  const { count, isMore, firstRecordedAt } = behind ?? NONE;
  const waiting = waitingFor(question, found.name);
  const mayFail = waiting.retry !== undefined || waiting.effect !== undefined;
  const reader = {
    context: open.name,
    ...rest,
    behind: behind === null ? null : count,
    isMore,
    oldestAgeMs: firstRecordedAt === null ? null : Math.max(0, now - firstRecordedAt),
    waiting,
    ranges: ranges ?? wholeRange(question, found),
    paused: pausedBy(question.pauses, found.name),
    failing: mayFail ? await failingIn(open.log, found.name) : null,
  };
  return { ...reader, level: levelOf(reader, (running.processes?.length ?? 0) > 0) };
}

/** By whom a subscription is paused, out of all that are. */
export function pausedBy(pauses: readonly PausedSubscription[], name: string): PausedBy | null {
  const found = pauses.find(({ subscription }) => subscription === name);
  return found === undefined ? null : { who: found.who, why: found.why, since: found.since };
}

/** How many rows wait under a name, by kind. */
export function waitingFor({ counts }: ReadersQuestion, name: string): ReaderLag['waiting'] {
  const own = counts.filter(({ subscription }) => subscription === name);
  return Object.fromEntries(own.map(({ kind, count }) => [kind, count]));
}

/** Where several processes could do it, and one does all of it. */
function wholeRange({ running }: ReadersQuestion, found: FoundReader): ReaderLag['ranges'] {
  if (!running.isShared || found.state !== 'started') return [];
  const part = TIMER_NAMES.includes(found.name) ? TIMERS : found.name;
  const owner = ownerOf(running, part, ALL_SLOTS);
  return [{ ...ALL_SLOTS, position: found.position ?? 0, behind: found.behind?.count ?? 0, owner }];
}
