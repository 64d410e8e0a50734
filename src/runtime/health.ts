import { borderSubscription } from '../backbone/border.ts';
import { RELAY } from '../backbone/relay.ts';
import { type Holder, holderInWords } from '../log/holder.ts';
import { describeError } from '../subscription/failure.ts';
import { END_OF_LOG } from '../subscription/tail-reader.ts';
import { IMPORTS } from './import-request.ts';
import { PAUSES } from './pause.ts';
import type { RunningContext } from './running-context.ts';

/** How a running application is, as data: for a page, an alert, or a readiness probe. */
export interface Health {
  /** green: all moves. amber: something is parked. red: something does not move. */
  readonly status: 'green' | 'amber' | 'red';
  readonly contexts: readonly ContextHealth[];
}

export interface ContextHealth {
  readonly context: string;
  /** The highest position of its log. */
  readonly head: number;
  readonly subscriptions: readonly SubscriptionHealth[];
  /** How many rows wait, by kind. */
  readonly waiting: Readonly<Record<string, number>>;
  /**
   * How many timers fired for a process that had ended, or had moved them, or that no process
   * manager knows any more, since the start; by process manager.
   */
  readonly ignoredTimers: Readonly<Record<string, number>>;
  /** Who keeps the log from being read further, by a transaction that does not end; mostly nobody. */
  readonly heldBy: Holder | null;
}

export interface SubscriptionHealth {
  readonly name: string;
  readonly position: number;
  /** How many positions it is behind. */
  readonly lag: number;
  /** Why it does not move, if it does not. */
  readonly stalledWhy: string | null;
}

export async function healthOf(contexts: readonly RunningContext[]): Promise<Health> {
  const healths = await Promise.all(contexts.map(contextHealth));
  const isStalled = healths.some((context) =>
    context.subscriptions.some((subscription) => subscription.stalledWhy !== null),
  );
  const isParked = healths.some((context) => (context.waiting['parked'] ?? 0) > 0);
  return { status: isStalled ? 'red' : isParked ? 'amber' : 'green', contexts: healths };
}

async function contextHealth(running: RunningContext): Promise<ContextHealth> {
  const waiting: Record<string, number> = {};
  // The messages of an import belong to its request, which is counted; a pause waits for nobody.
  for (const { subscription, kind, count } of await running.log.waitingCounts())
    if (subscription !== IMPORTS && subscription !== PAUSES)
      waiting[kind] = (waiting[kind] ?? 0) + count;
  const subscriptions = running.subscriptions.map(({ name, position, lag, stalledWhy }) => ({
    name,
    position,
    lag,
    stalledWhy: stalledWhy ?? null,
  }));
  const { relay, intakes, tail, timers } = running;
  if (relay?.problem !== undefined) subscriptions.push(inTrouble(RELAY, relay.problem, 0));
  for (const [source, { problem, position }] of intakes)
    if (problem !== undefined)
      subscriptions.push(inTrouble(borderSubscription(source), problem, position));
  for (const { name, problem } of timers?.all ?? [])
    if (problem !== undefined) subscriptions.push(inTrouble(name, problem, 0));
  const heldBy = (await running.log.heldBy?.()) ?? null;
  if (heldBy !== null) {
    const { head: position } = tail;
    const stalledWhy = holderInWords(heldBy);
    subscriptions.push({ name: END_OF_LOG, position, lag: 0, stalledWhy });
  }
  const ignoredTimers = Object.fromEntries(running.ignoredTimers);
  return { context: running.name, head: tail.head, subscriptions, waiting, ignoredTimers, heldBy };
}

function inTrouble(name: string, problem: unknown, position: number) {
  return { name, position, lag: 0, stalledWhy: describeError(problem).message };
}
