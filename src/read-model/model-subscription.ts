import type { LogReader } from '../log/log.ts';
import type { Entry } from '../subscription/entry.ts';
import { interestOfModel } from '../subscription/interest.ts';
import { fingerprintOf } from '../subscription/slot.ts';
import type { SubscriptionDefinition } from '../subscription/subscription-definition.ts';
import { documentKeys, foldInto } from './fold.ts';
import { type AnyReadModel, modelName } from './read-model.ts';

/** Folding costs little, so many records share a commit. */
const BATCH_MAX = 2_000;

/** A read model as a subscription: its documents and its checkpoint move in one commit. */
export function modelSubscription(
  model: AnyReadModel,
  log: LogReader,
  name: string = modelName(model),
): SubscriptionDefinition {
  return {
    name,
    interest: interestOfModel(model),
    keysOf: (event) => documentKeys(model, event),
    fingerprint: fingerprintOf(model.by),
    // Another `by` is another version; what waits for this one is for the documents it has.
    keepsKeys: true,
    batchMax: BATCH_MAX,
    // In one question for all of a batch: one by one they would take as many as it has keys.
    readAhead: async (entries, unit, isFree) => {
      const keys = new Set(entries.flatMap((entry) => keysIn(model, entry)).filter(isFree));
      unit.documents.readAhead(name, keys, await log.documents(name, [...keys]));
    },
    handle: (entry, key, base) => {
      const folded = foldInto(model, entry.event, key, { name, documents: base.documents, log });
      if (folded === undefined) return base;
      return folded.then((fold) => (unit) => fold(unit.documents));
    },
  };
}

/** Of one whose keys cannot be told nothing is read ahead; what is wrong with it is told later. */
function keysIn(model: AnyReadModel, { event }: Entry): readonly string[] {
  try {
    return documentKeys(model, event);
  } catch {
    return [];
  }
}
