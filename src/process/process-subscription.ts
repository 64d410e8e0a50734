import type { Fact, Recorded } from '../message/fact.ts';
import type { Source } from '../reaction/source.ts';
import { assertDealingKey, dealtBy } from '../subscription/dealing-key.ts';
import { interestIn } from '../subscription/interest.ts';
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
  const own = new Set(process.timers.map((timer) => timerType(process.name, timer)));
  const { retry } = process.options;
  return {
    name: process.name,
    interest: interestIn([...process.sources, ...[...own].map(ownTimer)]),
    keysOf: (event, { direction, type, key }) =>
      direction === 'timer' && own.has(type) ? [key] : keysBy(process, event),
    fingerprint: fingerprintOf(process.by),
    ...(retry === undefined ? {} : { retry }),
    handle: (entry, key, base) => runProcess({ process, ...surroundings }, entry, key, base),
  };
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
