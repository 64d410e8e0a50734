/** How a context, a subscription, or what is between two contexts stands, from the pulse. */
import type { Pulse } from '../../../../src/console/api.ts';
import type { ReaderLag } from '../../../../src/inspection/reader-lag.ts';
import type { WaitingKind } from '../../../../src/log/waiting-row.ts';
import { type Level, worse } from '../../parts/level.tsx';
import { type Rates, rateOf } from './rates.ts';

/** What waits: rows by kind, and how many subscriptions are paused. */
export type Waits = Readonly<Partial<Record<WaitingKind | 'paused', number>>>;

/** What has not been passed, and what waits. */
export interface Backlog {
  readonly behind: number;
  /** There may be more than were counted. */
  readonly isMore: boolean;
  /** How old the oldest of it is. */
  readonly oldestAgeMs: number | null;
  readonly waiting: Waits;
  readonly level: Level;
}

export interface ContextStanding extends Backlog {
  /**
   * `running`, by so many processes; `stopped`: by none; `unknown`: the store cannot tell; `new`: it was
   * never opened; `unreadable`: its log cannot be read.
   */
  readonly is: 'running' | 'stopped' | 'unknown' | 'new' | 'unreadable';
  readonly processes: number;
  /** Undefined until enough is heard to tell. */
  readonly inPerSecond: number | undefined;
  readonly outPerSecond: number | undefined;
}

export function contextStanding(
  pulse: Pulse,
  rates: Rates | undefined,
  context: string,
): ContextStanding {
  const of = pulse.lag.contexts.find((each) => each.context === context);
  const processes = of?.running.processes ?? null;
  const backlog = backlogOf(pulse.lag.readers.filter((reader) => reader.context === context));
  const is = stateOf(pulse.lag, context);
  return {
    ...backlog,
    level: worse(backlog.level, LEVEL_BY_STATE[is] ?? 'good'),
    is,
    processes: processes?.length ?? 0,
    inPerSecond: rates && rateOf(rates, context, 'incoming'),
    outPerSecond: rates && rateOf(rates, context, 'outgoing'),
  };
}

/** Whoever is stopped is worth a look, even while nothing waits for it. */
const LEVEL_BY_STATE: Readonly<Partial<Record<ContextStanding['is'], Level>>> = {
  stopped: 'attention',
  unreadable: 'bad',
};

function stateOf({ contexts, unreadable }: Pulse['lag'], context: string): ContextStanding['is'] {
  if (unreadable.some((each) => each.context === context)) return 'unreadable';
  const of = contexts.find((each) => each.context === context);
  if (of?.isThere !== true) return 'new';
  const { processes } = of.running;
  if (processes === null) return 'unknown';
  return processes.length === 0 ? 'stopped' : 'running';
}

export function backlogOf(readers: readonly ReaderLag[]): Backlog {
  const paused = readers.filter((reader) => reader.paused !== null).length;
  const waiting: Partial<Record<WaitingKind | 'paused', number>> = paused === 0 ? {} : { paused };
  for (const reader of readers)
    for (const [kind, count] of Object.entries(reader.waiting) as [WaitingKind, number][])
      waiting[kind] = (waiting[kind] ?? 0) + count;
  const ages = readers.flatMap(({ oldestAgeMs }) => (oldestAgeMs === null ? [] : [oldestAgeMs]));
  return {
    behind: readers.reduce((sum, { behind }) => sum + (behind ?? 0), 0),
    isMore: readers.some(({ isMore }) => isMore),
    // To the second: it is drawn anew only when it reads otherwise.
    oldestAgeMs: ages.length === 0 ? null : Math.floor(Math.max(...ages) / 1_000) * 1_000,
    waiting,
    level: readers.map(({ level }) => level).reduce(worse, 'good'),
  };
}

/** What a context takes in from another one stands under this name. */
export function intakeOf(pulse: Pulse, consumer: string, publisher: string): ReaderLag | undefined {
  return pulse.lag.readers.find(
    ({ context, kind, name }) =>
      context === consumer && kind === 'intake' && name === `intake from ${publisher}`,
  );
}

/** Who hands what a context publishes to the broker; undefined where none is between. */
export function relayOf(pulse: Pulse, publisher: string): ReaderLag | undefined {
  return pulse.lag.readers.find(({ context, kind }) => context === publisher && kind === 'relay');
}
