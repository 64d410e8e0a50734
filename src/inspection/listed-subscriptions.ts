import type { BoundedContext } from '../context/bounded-context.ts';
import { type Vocabulary, decode } from '../context/vocabulary.ts';
import type { StoredRecord } from '../log/record.ts';
import { interestOfProcess, keysOfProcess } from '../process/process-subscription.ts';
import type { Effect } from '../reaction/effect.ts';
import { keyedBy } from '../reaction/reaction-subscription.ts';
import type { Reaction } from '../reaction/whenever.ts';
import { documentKeys } from '../read-model/fold.ts';
import { modelName } from '../read-model/read-model.ts';
import { type Interest, interestIn, interestOfModel } from '../subscription/interest.ts';
import type { SubscriptionDefinition } from '../subscription/subscription-definition.ts';

/** What the configuration says that reads a context's log by a checkpoint of its own. */
export interface ListedSubscription {
  readonly name: string;
  readonly kind: 'reaction' | 'effect' | 'process' | 'read-model';
  readonly interest: Interest;
  readonly keysOf: SubscriptionDefinition['keysOf'];
  /** Where it begins, if it says so; a read model begins at the beginning. */
  readonly startFrom: 'beginning' | 'now' | undefined;
}

/** The subscriptions of a context. Inline read models are folded with what they read, and read nothing. */
export function listedSubscriptions(context: BoundedContext): readonly ListedSubscription[] {
  return [
    ...context.reactions.map((part) => reacting('reaction', part)),
    ...context.effects.map((part) => reacting('effect', part)),
    ...context.processes.map((process) => ({
      name: process.name,
      kind: 'process' as const,
      interest: interestOfProcess(process),
      keysOf: keysOfProcess(process),
      startFrom: process.options.startFrom,
    })),
    ...context.readModels
      .filter(({ inline }) => !inline)
      .map((model) => ({
        name: modelName(model),
        kind: 'read-model' as const,
        interest: interestOfModel(model),
        keysOf: (event: Parameters<ListedSubscription['keysOf']>[0]) => documentKeys(model, event),
        startFrom: 'beginning' as const,
      })),
  ];
}

function reacting(kind: 'reaction' | 'effect', part: Reaction | Effect): ListedSubscription {
  return {
    name: part.name,
    kind,
    interest: interestIn(part.sources),
    keysOf: keyedBy(part.name, part.options.by),
    startFrom: part.options.startFrom,
  };
}

/** The keys that a record is dealt by. One whose keys cannot be told is dealt by its own. */
export function keysOfRecord(
  vocabulary: Vocabulary,
  { keysOf }: ListedSubscription,
  record: StoredRecord,
): readonly string[] {
  try {
    return keysOf(decode(vocabulary, record), record);
  } catch {
    // As when it is handled: it is parked under the key of its record, and says why there.
    return [record.key];
  }
}
