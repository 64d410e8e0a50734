import type { Committer } from '../log/committer.ts';
import type { Log } from '../log/log.ts';
import type { Member } from '../log/membership.ts';
import type { Checkpoint, Fence } from '../log/write-set.ts';
import { modelSubscription } from '../read-model/model-subscription.ts';
import { type AnyReadModel, modelName } from '../read-model/read-model.ts';
import { SLOTS } from '../subscription/slot.ts';
import type { SubscriptionDefinition } from '../subscription/subscription-definition.ts';
import type { Subscription } from '../subscription/subscription.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Activity } from './activity.ts';

/**
 * An inline read model is folded by whoever appends, so it is never behind; but one that is new on
 * a log with a past must first be built from it. That it was built is known by a mark, a checkpoint
 * of its own, which is only made when the building is complete. Whoever owns that checkpoint folds
 * the documents: answers with what proves that it is still ours.
 *
 * Where several processes run the context the mark says that all who ran since it was built have
 * folded it. One that does not know it takes its mark away, and beside such a one it gets none: what
 * that one appends is missing in it. It is built anew where nobody folds it: by a process that starts
 * beside none that knows it. Until then each that starts says so.
 */
export async function buildInlineModels(
  running: BuildingContext,
  make: (definition: SubscriptionDefinition) => Subscription,
  { others, hasFolded }: Beside = ALONE,
): Promise<readonly Fence[]> {
  const fences: Fence[] = [];
  const { log, committer, tail, workplace } = running;
  const known = new Set((await log.checkpoints()).map((checkpoint) => checkpoint.subscription));
  const built = new Set(workplace.inlineModels.map(builtMark));
  // Code that does not know a model does not fold it: it must be built anew when it comes back.
  for (const mark of known) if (isInlineMark(mark) && !built.has(mark)) await forget(running, mark);
  for (const model of workplace.inlineModels) {
    const name = modelName(model);
    if (!known.has(builtMark(model))) {
      if (hasFolded || others.some(({ knows }) => Object.hasOwn(knows, builtMark(model)))) {
        tellIncomplete(running, name);
        continue;
      }
      await log.dropModel(name, name);
      await log.defineModel(name, model.index);
      const left = await log.waiting({ subscription: name, limit: 100_000 });
      if (left.length > 0) await committer.commit({ done: left });
      if (tail.head > 0) await build(running, model, make(modelSubscription(model, log)));
      // None of them knows it, or it would not have been built.
      if (others.length > 0) {
        tellIncomplete(running, name);
        continue;
      }
    }
    fences.push(await own(running, model));
  }
  return fences;
}

function tellIncomplete({ context, logger }: BuildingContext, name: string): void {
  const message =
    `What processes that do not know "${name}" have appended, or do yet, is missing in it. When none ` +
    `of them runs any more, stop all processes of "${context.name}" and start them again: the first ` +
    'builds it anew.';
  const about = `folding "${name}" inline`;
  const line = { context: context.name, about, code: 'inline-model', message };
  logger.log({ level: 'warn', event: 'trouble', ...line });
}

/** Also at each later start: from now on nobody else may fold its documents. */
async function own({ log, tail }: BuildingContext, model: AnyReadModel): Promise<Fence> {
  const [range] = await log.claim({
    subscription: builtMark(model),
    firstSlot: 0,
    lastSlot: SLOTS - 1,
    owner: '',
    fingerprint: '',
    position: tail.head,
  });
  return range as Checkpoint;
}

const BUILT = ' is inline';

/** Whether a checkpoint only says that an inline read model was built. */
export function isInlineMark(subscription: string): boolean {
  return subscription.endsWith(BUILT);
}

/** What says of an inline read model that it was built, and of a process that it folds it. */
export function builtMark(model: AnyReadModel): string {
  return inlineMark(modelName(model));
}

export function inlineMark(name: string): string {
  return `${name}${BUILT}`;
}

async function forget({ log, context }: BuildingContext, mark: string): Promise<void> {
  // There are no documents of that name: only the mark goes.
  await log.dropModel(mark, mark);
  const name = mark.slice(0, -BUILT.length);
  // Folded by a subscription from now on, which knows nothing of what was folded inline.
  const model = context.readModels.find((each) => modelName(each) === name);
  if (model === undefined) return;
  await log.dropModel(name, name);
  await log.defineModel(name, model.index);
}

async function build(
  running: BuildingContext,
  model: AnyReadModel,
  subscription: Subscription,
): Promise<void> {
  const { room } = subscription;
  try {
    await subscription.start(0);
    const isOver = (): boolean => subscription.isIdle || subscription.stalledWhy !== undefined;
    await running.activity.until(isOver, new AbortController().signal);
  } finally {
    await subscription.stop();
  }
  if (room.size > 0) throw new InlineModelError(model.name, room.someReason ?? 'unknown');
}

interface BuildingContext {
  readonly log: Log;
  readonly committer: Committer;
  readonly tail: { readonly head: number };
  readonly workplace: { readonly inlineModels: readonly AnyReadModel[] };
  readonly context: { readonly name: string; readonly readModels: readonly AnyReadModel[] };
  readonly activity: Activity;
  readonly logger: Logger;
}

/** Beside whom a process begins. */
interface Beside {
  readonly others: readonly Pick<Member, 'knows'>[];
  /** It was taken for dead and comes back: meanwhile it has folded, and still does. */
  readonly hasFolded: boolean;
}

const ALONE: Beside = { others: [], hasFolded: false };

/** An inline read model could not be built from what had happened before it was there. */
export class InlineModelError extends Error {
  override readonly name = 'InlineModelError';
  readonly code = 'inline-model';
  readonly retryable = false;
  readonly model: string;

  constructor(model: string, why: string) {
    super(
      `Inline read model "${model}" could not be built from the log's past: ${why}. Mend its ` +
        `evolve and start again; nothing was changed but its own documents.`,
    );
    this.model = model;
  }
}
