import type { Log, Replacement } from '../log/log.ts';
import { modelSubscription } from '../read-model/model-subscription.ts';
import { type AnyReadModel, modelName } from '../read-model/read-model.ts';
import { describeError } from '../subscription/failure.ts';
import type { Subscription } from '../subscription/subscription.ts';
import { buildingOf } from './building.ts';
import { tellMissingPast } from './missing-past.ts';
import { removeModel } from './remove-model.ts';
import type { RunningContext } from './running-context.ts';

/** So near the running one is held until both stand at one place. */
const NEAR = 2_000;

const LET_GO = 'this process has let go of its subscription, as another one joined, or as it stops';
const TAKEN_OVER = 'another process has taken over its subscription, or removed what was built';

export interface RebuildOptions {
  /** Called now and then with how far it has come, the last time when it is there. */
  readonly onProgress?: (progress: { readonly position: number; readonly of: number }) => void;
  /** Gives up; the read model stays as it was. */
  readonly signal?: AbortSignal;
}

/**
 * Builds a read model's documents anew, beside those that are read, up to exactly where the
 * running subscription stands; then the new documents take the place of the old in one step, under
 * the same checkpoint. Until then the old ones are read, and they stay when anything goes wrong: a
 * record that cannot be folded, an abort, the end of the process, another one that joins and goes on
 * with the old ones from there.
 */
export async function rebuildModel(
  running: RunningContext,
  model: AnyReadModel,
  options: RebuildOptions,
): Promise<void> {
  const about = { context: running.name, subscription: modelName(model) };
  running.logger.log({ level: 'info', event: 'rebuilding', ...about });
  const contracts = model.sources.filter(({ kind }) => kind === 'contract').map(({ name }) => name);
  await tellMissingPast(running, async () => [{ subscription: about.subscription, contracts }]);
  try {
    await rebuildAlone(running, model, options);
  } catch (error) {
    const { code, message } = describeError(error);
    running.logger.log({ level: 'warn', event: 'rebuild-failed', ...about, code, message });
    throw error;
  }
  running.logger.log({ level: 'info', event: 'rebuilt', ...about });
}

async function rebuildAlone(
  running: RunningContext,
  model: AnyReadModel,
  options: RebuildOptions,
): Promise<void> {
  const part = running.models.get(model);
  if (part === undefined) throw new RebuildError(model.name, 'is inline and never behind');
  const live = part.only;
  if (live === undefined)
    throw new RebuildError(
      model.name,
      'is folded by several processes; raise its version, or rebuild it where one process runs alone',
    );
  if (running.rebuilding.has(model)) throw new RebuildError(model.name, 'is being rebuilt already');
  running.rebuilding.add(model);
  try {
    await build(running, model, live, options);
  } finally {
    // Not before all of it is over: another one would be built under the same name.
    running.rebuilding.delete(model);
  }
}

async function build(
  running: RunningContext,
  model: AnyReadModel,
  live: Subscription,
  options: RebuildOptions,
): Promise<void> {
  const name = modelName(model);
  const building = buildingOf(name);
  const signal = options.signal ?? new AbortController().signal;
  // What fails in it is told to who asked for it, and to nobody else.
  const builder = running.subscription(modelSubscription(model, running.log, building), {
    onParked: () => undefined,
    onStalled: () => undefined,
  });
  const until = async (isThere: () => boolean): Promise<void> => {
    const isOver = (): boolean => {
      // Never further than the other one: what it did not handle yet it would handle again.
      builder.goUpTo(live.position);
      options.onProgress?.({ position: builder.position, of: running.tail.head });
      return mayNotGoOn(builder, live) || isThere();
    };
    if (!(await running.activity.until(isOver, signal)) || signal.aborted)
      throw new RebuildError(model.name, 'was aborted');
    assertMayGoOn(model, builder, live);
  };
  const isNear = (): boolean => live.position - builder.position <= NEAR && builder.room.isIdle;
  const isThere = (): boolean => builder.position === live.position && builder.room.isIdle;
  try {
    assertNothingWaits(model, live);
    // What an earlier attempt left behind, if it was cut short.
    await removeModel(running, building);
    await running.log.defineModel(building, model.index);
    builder.goUpTo(live.position);
    await builder.start(0);
    await until(isNear);
    await live.holdWhile(async () => {
      await until(isThere);
      await builder.stop();
      assertNothingWaits(model, builder);
      assertNothingWaits(model, live);
      if (signal.aborted) throw new RebuildError(model.name, 'was aborted');
      const fences = [live.fence, builder.fence];
      if (!(await putInPlace(running, { from: building, to: name, fences })))
        throw new RebuildError(model.name, `did not come to its end: ${TAKEN_OVER}`);
    }, signal);
  } finally {
    await builder.stop();
    await removeModel(running, building).catch((error: unknown) => tellLeft(running, error));
  }
}

/** It would not come to an end by itself, or not to a good one. */
function mayNotGoOn(builder: Subscription, live: Subscription): boolean {
  const { room, stalledWhy } = builder;
  return stalledWhy !== undefined || room.someParked !== undefined || live.isOver;
}

function assertMayGoOn(model: AnyReadModel, builder: Subscription, live: Subscription): void {
  if (!mayNotGoOn(builder, live)) return;
  const row = builder.room.someParked ?? builder.room.someFailing;
  if (row !== undefined)
    throw new RebuildError(
      model.name,
      `met record ${row.recordId} of key ${JSON.stringify(row.key)}, which cannot be folded: ` +
        `${row.error?.message}`,
      row,
    );
  const why = live.isOver && !live.isLost ? LET_GO : (live.isLost ? live : builder).stalledWhy;
  throw new RebuildError(model.name, `did not come to its end: ${why}`);
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

/** False: another process has taken over one of the two, or has removed what was built. */
async function putInPlace({ log }: RunningContext, replacement: Replacement): Promise<boolean> {
  try {
    return await log.replaceModel(replacement);
  } catch (error) {
    if (!(await isInPlace(log, replacement))) throw error;
    return true;
  }
}

/**
 * Whether only the answer was lost: then what stood beside stands there no more, and yet has its
 * checkpoint, which whoever removes it takes away in the same step.
 */
async function isInPlace(log: Log, { from, fences = [] }: Replacement): Promise<boolean> {
  // First: it waits for what may still come of what was sent.
  const ranges = await log.checkpoints();
  const own = fences.find(({ subscription }) => subscription === from);
  const isOwned = ranges.some(
    ({ subscription, epoch }) => subscription === from && epoch === own?.epoch,
  );
  return isOwned && !(await log.models()).includes(from);
}

/** How the rebuild went does not depend on it: the next one or the next start clears it. */
function tellLeft({ name, logger }: RunningContext, error: unknown): void {
  const about = 'clearing what a rebuild left behind';
  const { code, message } = describeError(error);
  logger.log({ level: 'warn', event: 'trouble', context: name, about, code, message });
}

/** A read model was not rebuilt; the one before is still there. */
export class RebuildError extends Error {
  override readonly name = 'RebuildError';
  readonly code = 'rebuild';
  readonly retryable = false;
  readonly model: string;
  /** Of the record that cannot be folded, where there is one. */
  readonly key: string | undefined;
  readonly recordId: string | undefined;

  constructor(
    model: string,
    problem: string,
    about: { readonly key?: string; readonly recordId?: string } = {},
  ) {
    super(`Read model "${model}" was not rebuilt: it ${problem}. What is read is as it was.`);
    this.model = model;
    this.key = about.key;
    this.recordId = about.recordId;
  }
}
