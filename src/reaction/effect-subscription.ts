import { decidedAsItIs } from '../context/as-it-is.ts';
import type { Unit } from '../context/unit.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import type { Answer } from '../subscription/batch.ts';
import type { Entry } from '../subscription/entry.ts';
import { interestIn } from '../subscription/interest.ts';
import { fingerprintOf } from '../subscription/slot.ts';
import type { SubscriptionDefinition } from '../subscription/subscription-definition.ts';
import type { Effect } from './effect.ts';
import { type HandlerSurroundings, runHandler, withTimeout } from './handler-tools.ts';
import { lacking } from './looked-at.ts';
import { HANDLER_TIMEOUT_MS, RefusedError, keyedBy } from './reaction-subscription.ts';
import { isNotYet } from './tools.ts';

/**
 * An effect as a subscription: handling the event only writes a waiting row, so the checkpoint
 * never waits for the network. The waiting room then performs it, keys side by side, one key in
 * order, and commits outcome and row together.
 */
export function effectSubscription(
  effect: Effect,
  surroundings: HandlerSurroundings,
): SubscriptionDefinition {
  const { by, retry, concurrency } = effect.options;
  return {
    name: effect.name,
    interest: interestIn(effect.sources),
    keysOf: keyedBy(effect.name, by),
    fingerprint: fingerprintOf(by),
    concurrency: concurrency ?? 16,
    ...(retry === undefined ? {} : { retry }),
    handle: undefined,
    perform: (entry, row) => perform(effect, surroundings, entry, row),
  };
}

async function perform(
  effect: Effect,
  surroundings: HandlerSurroundings,
  entry: Entry,
  row: WaitingRow,
): Promise<() => Promise<Answer>> {
  const { event } = entry;
  const { workplace, dependencies } = surroundings;
  const timeoutMs = effect.options.timeoutMs ?? HANDLER_TIMEOUT_MS;
  const limits = { name: effect.name, recordId: entry.stored.id, timeoutMs, surroundings };
  const outcome: unknown = await withTimeout(limits, (signal) =>
    effect.perform(event, {
      idempotencyKey: `${workplace.context}/${effect.name}/${event.id}`,
      attempt: row.attempts + 1,
      get signal() {
        return signal();
      },
      dependencies,
    }),
  );
  const record = async (open: () => Unit): Promise<Answer> => {
    const unit = open();
    try {
      const answer = await runHandler((tools) => effect.record?.(event, outcome, tools), {
        ...limits,
        unit,
        entry,
      });
      // The outcome is not kept, so it is performed again, under the same key.
      if (isNotYet(answer)) return lacking(answer, [unit]);
    } catch (error) {
      // It was performed: to perform it again would not make the aggregate accept it.
      throw unit.refusals.has(error) ? new RefusedError(effect.name, error) : error;
    }
    return unit;
  };
  return () => decidedAsItIs(workplace, record);
}
