import { modelSubscription } from '../read-model/model-subscription.ts';
import { type AnyReadModel, modelName } from '../read-model/read-model.ts';
import type { RunningContext } from './running-context.ts';

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
  // What an earlier attempt left behind, if it was cut short.
  await running.log.dropModel(building, building);
  await running.log.defineModel(building, model.index);
  const builder = running.subscription(modelSubscription(model, running.log, building));
  try {
    await builder.start(0);
    const isNear = (): boolean => {
      options.onProgress?.({ position: builder.position, of: running.tail.head });
      return builder.lag === 0;
    };
    if (!(await running.activity.until(isNear, signal)))
      throw new RebuildError(model.name, 'was aborted');
    await live.holdWhile(async () => {
      await builder.runUntil(live.position);
      await builder.stop();
      if (builder.room.size > 0)
        throw new RebuildError(model.name, 'has records that fail; see health()');
      await running.log.replaceModel({ from: building, to: name });
    });
  } finally {
    await builder.stop();
    await running.log.dropModel(building, building);
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
