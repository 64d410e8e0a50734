import {
  type BoundedContext,
  consumedContracts,
  publishedContracts,
  recurrencesOf,
} from '../context/bounded-context.ts';
import { RECURRING } from '../process/recurring.ts';
import { timerType } from '../process/timer-type.ts';
import type { OpenLog } from './open-logs.ts';
import { type Followed, type LookedThrough, type SeenType, seenTypes } from './seen-types.ts';

/** What the newest records of the logs say of the flows that the wiring declares. */
export interface SeenFlows {
  readonly looked: readonly LookedThrough[];
  readonly types: readonly SeenType[];
  /** Contracts that are published or listened to, and not seen in what was looked through. */
  readonly unseen: readonly UnseenContract[];
  /** Types that were seen, and that the wiring does not know (any more). */
  readonly undeclared: readonly SeenType[];
  /** Which aggregates were seen to decide something because of what. */
  readonly followed: readonly Followed[];
}

export interface UnseenContract {
  readonly context: string;
  readonly contract: string;
  /** Never published by the context, or never taken in by it. */
  readonly direction: 'outgoing' | 'incoming';
}

/** Compares what the wiring declares with the newest records of each log. */
export async function seenFlows(
  logs: readonly OpenLog[],
  positionsMax: number,
): Promise<SeenFlows> {
  const looked: LookedThrough[] = [];
  const types: SeenType[] = [];
  const unseen: UnseenContract[] = [];
  const undeclared: SeenType[] = [];
  const followed: Followed[] = [];
  for (const open of logs) {
    const seen = await seenTypes(open, positionsMax);
    const dropped = (await open.log.dropped?.()) ?? [];
    looked.push(seen.looked);
    types.push(...seen.types);
    followed.push(...seen.followed);
    unseen.push(...unseenOf(open.context, [...seen.types, ...dropped]));
    undeclared.push(...undeclaredOf(open.context, seen.types));
  }
  return { looked, types, unseen, undeclared, followed };
}

/** What was dropped after its time was seen once. */
function unseenOf(
  context: BoundedContext,
  seen: readonly Pick<SeenType, 'direction' | 'type'>[],
): readonly UnseenContract[] {
  const known = new Set(seen.map(({ direction, type }) => place(direction, type)));
  const own = publishedContracts(context).map(({ name }) => name);
  // What it publishes itself is not taken in again.
  const others = consumedContracts(context).map(({ name }) => name);
  const declared = [
    ...own.map((contract) => ({ contract, direction: 'outgoing' as const })),
    ...others
      .filter((name) => !own.includes(name))
      .map((contract) => ({ contract, direction: 'incoming' as const })),
  ];
  return declared
    .filter(({ contract, direction }) => !known.has(place(direction, contract)))
    .map((one) => ({ context: context.name, ...one }));
}

/**
 * Of an aggregate's events the wiring names those that somebody listens to; so only one of an
 * aggregate that is not there is unknown.
 */
function undeclaredOf(context: BoundedContext, seen: readonly SeenType[]): readonly SeenType[] {
  const aggregates = new Set(context.aggregates.map(({ name }) => name));
  const timers = [
    ...context.processes.flatMap(({ name, timers: set }) => set.map((one) => timerType(name, one))),
    ...recurrencesOf(context).map(({ name }) => timerType(RECURRING, name)),
  ];
  const declared = new Set([
    ...publishedContracts(context).map(({ name }) => place('outgoing', name)),
    ...consumedContracts(context).map(({ name }) => place('incoming', name)),
    ...timers.map((type) => place('timer', type)),
  ]);
  return seen.filter(({ direction, aggregate, type }) =>
    aggregate === null ? !declared.has(place(direction, type)) : !aggregates.has(aggregate),
  );
}

function place(direction: SeenType['direction'], type: string): string {
  return `${direction} ${type}`;
}
