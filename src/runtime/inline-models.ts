import type { Log } from '../log/log.ts';
import { modelSubscription } from '../read-model/model-subscription.ts';
import { type AnyReadModel, modelName } from '../read-model/read-model.ts';
import { SLOTS } from '../subscription/slot.ts';
import type { Subscription, SubscriptionDefinition } from '../subscription/subscription.ts';
import type { Activity } from './activity.ts';

/**
 * An inline read model is folded by whoever appends, so it is never behind; but one that is new on
 * a log with a past must first be built from it. That it was built is known by a checkpoint of its
 * own, which is only made when the building is complete.
 */
export async function buildInlineModels(
  running: {
    readonly log: Log;
    readonly tail: { readonly head: number };
    readonly workplace: { readonly inlineModels: readonly AnyReadModel[] };
    readonly activity: Activity;
  },
  make: (definition: SubscriptionDefinition) => Subscription,
): Promise<void> {
  const known = new Set(
    (await running.log.checkpoints()).map((checkpoint) => checkpoint.subscription),
  );
  for (const model of running.workplace.inlineModels) {
    const name = modelName(model);
    const isBuilt = `${name} is inline`;
    if (known.has(isBuilt)) continue;
    if (running.tail.head > 0) {
      const subscription = make(modelSubscription(model, running.log));
      await subscription.start(0);
      await running.activity.until(() => subscription.isIdle, new AbortController().signal);
      await subscription.stop();
    }
    await running.log.claim({
      subscription: isBuilt,
      firstSlot: 0,
      lastSlot: SLOTS - 1,
      owner: '',
      fingerprint: '',
      position: running.tail.head,
    });
  }
}
