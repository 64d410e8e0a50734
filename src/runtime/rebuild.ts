import { modelSubscription } from '../read-model/model-subscription.ts';
import { type AnyReadModel, modelName } from '../read-model/read-model.ts';
import type { Subscription } from '../subscription/subscription.ts';
import type { RunningContext } from './running-context.ts';

/** So near the running one is held until both stand at one place. */
const NEAR = 2_000;
const ROWS_AT_ONCE = 10_000;

export interface RebuildOptions {
  /** Called now and then with how far it has come. */
  readonly onProgress?: (progress: { readonly position: number; readonly of: number }) => void;
  /** Gives up; the read model stays as it was. */
  readonly signal?: AbortSignal;
}

/**
 * Builds a read model's documents anew, beside those that are read, up to exactly where the
 * running subscription stands; then the new documents take the place of the old in one step, under
 * the same checkpoint. Whatever happens in between, the old ones are whole.
 */
export async function rebuildModel(
  running: RunningContext,
  model: AnyReadModel,
  options: RebuildOptions,
): Promise<void> {
  const name = modelName(model);
  const building = `${name} being rebuilt`;
  const signal = options.signal ?? new AbortController().signal;
  const live = running.models.get(model);
  if (live === undefined) throw new RebuildError(model.name, 'is inline and never behind');
  if (running.rebuilding.has(model)) throw new RebuildError(model.name, 'is being rebuilt already');
  running.rebuilding.add(model);
  const builder = running.subscription(modelSubscription(model, running.log, building));
  try {
    assertNothingWaits(model, live);
    // What an earlier attempt left behind, if it was cut short.
    await clear(running, building);
    await running.log.defineModel(building, model.index);
    builder.goUpTo(live.position);
    await builder.start(0);
    const isNear = (): boolean => {
      options.onProgress?.({ position: builder.position, of: running.tail.head });
      // Never further than the other one: what it did not handle yet it would handle again.
      builder.goUpTo(live.position);
      return isStuck(builder) || live.position - builder.position <= NEAR;
    };
    const inTime = await running.activity.until(isNear, signal);
    if (!inTime) throw new RebuildError(model.name, 'was aborted');
    await live.holdWhile(async () => {
      builder.goUpTo(live.position);
      const isThere = (): boolean =>
        isStuck(builder) || (builder.position === live.position && builder.room.isIdle);
      if (!(await running.activity.until(isThere, signal)))
        throw new RebuildError(model.name, 'was aborted');
      await builder.stop();
      assertNothingWaits(model, builder);
      assertNothingWaits(model, live);
      await running.log.replaceModel({ from: building, to: name });
    });
  } finally {
    running.rebuilding.delete(model);
    await builder.stop();
    await clear(running, building);
  }
}

/** It takes nothing more by itself: too much fails. */
function isStuck(builder: Subscription): boolean {
  return builder.stalledWhy !== undefined;
}

/** A row that waits would be folded once more into documents that have it already. */
function assertNothingWaits(model: AnyReadModel, { room }: Subscription): void {
  if (room.size === 0) return;
  const why = room.someReason === undefined ? '' : `, such as: ${room.someReason}`;
  throw new RebuildError(
    model.name,
    `has ${room.size} records that fail or wait; mend, redrive or discard them first${why}`,
  );
}

async function clear(running: RunningContext, building: string): Promise<void> {
  await running.log.dropModel(building, building);
  for (;;) {
    const done = await running.log.waiting({ subscription: building, limit: ROWS_AT_ONCE });
    if (done.length > 0) await running.committer.commit({ done });
    if (done.length < ROWS_AT_ONCE) return;
  }
}

/** A read model was not rebuilt; the one before is still there. */
export class RebuildError extends Error {
  override readonly name = 'RebuildError';
  readonly code = 'rebuild';
  readonly retryable = false;
  readonly model: string;

  constructor(model: string, problem: string) {
    super(`Read model "${model}" was not rebuilt: it ${problem}. What is read is as it was.`);
    this.model = model;
  }
}
