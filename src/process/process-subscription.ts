import { decidedAsItIs } from '../context/as-it-is.ts';
import type { Fact, Recorded } from '../message/fact.ts';
import type { Source } from '../reaction/source.ts';
import { assertDealingKey, dealtBy } from '../subscription/dealing-key.ts';
import { type Interest, interestIn } from '../subscription/interest.ts';
import { fingerprintOf } from '../subscription/slot.ts';
import type { SubscriptionDefinition } from '../subscription/subscription-definition.ts';
import type { ProcessManager } from './process-manager.ts';
import { type ProcessSurroundings, runProcess } from './run-process.ts';
import { timerType } from './timer-type.ts';

/**
 * A process manager as a subscription: what it asks for, its state and its timers commit with its
 * checkpoint. Its own timers come to it as records, by the key of the process that set them.
 */
export function processSubscription(
  process: ProcessManager,
  surroundings: Omit<ProcessSurroundings, 'process'>,
): SubscriptionDefinition {
  const { retry } = process.options;
  return {
    name: process.name,
    interest: interestOfProcess(process),
    keysOf: keysOfProcess(process),
    fingerprint: fingerprintOf(process.by),
    ...(retry === undefined ? {} : { retry }),
    handle: (entry, key, base) =>
      decidedAsItIs(surroundings.workplace, (open) =>
        runProcess({ process, ...surroundings }, { entry, key, base }, open),
      ),
  };
}

/** What it listens to, its own timers among it. */
export function interestOfProcess(process: ProcessManager): Interest {
  return interestIn([...process.sources, ...[...ownTimers(process)].map(ownTimer)]);
}

/** The keys of the process that an event belongs to, if it belongs to any. */
export function keysOfProcess(process: ProcessManager): SubscriptionDefinition['keysOf'] {
  const own = ownTimers(process);
  return (event, { direction, type, key }) =>
    direction === 'timer' && own.has(type) ? [key] : keysBy(process, event);
}

function ownTimers({ name, timers }: ProcessManager): ReadonlySet<string> {
  return new Set(timers.map((timer) => timerType(name, timer)));
}

function keysBy({ name, by }: ProcessManager, event: Recorded<Fact>): readonly string[] {
  const key: unknown = dealtBy(name, () => by(event));
  if (key === undefined) return [];
  assertDealingKey(name, key);
  return [key];
}

function ownTimer(type: string): Source {
  return { kind: 'timer', type };
}
