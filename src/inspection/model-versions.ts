import type { ByWhom } from '../runtime/by-whom.ts';
import { buildingOf, isBuilding } from '../runtime/building.ts';
import { OLD_READ_MODELS_KEPT_MS, notedOldVersions } from '../runtime/old-versions.ts';
import { holdsInstances } from '../process/process-instance.ts';
import { modelName } from '../read-model/read-model.ts';
import { type Asking, type RequestOutcome, answerTo, leaveRequest } from './left-request.ts';
import type { OpenLog } from './open-logs.ts';

/** One version of a read model, as there is in a log or in the configuration. */
export interface ModelVersion {
  readonly context: string;
  /** `name@version`. */
  readonly model: string;
  /** Whether the configuration has it. */
  readonly isListed: boolean;
  /** Whether the log has it: one that is new has never run. */
  readonly isThere: boolean;
  readonly isBeingRebuilt: boolean;
  /** How far it has come, where it stands the furthest behind; null where it has no place of its own. */
  readonly position: number | null;
  /** When it is dropped by itself, as ISO 8601; null where nobody has noted yet that it is old. */
  readonly dropsAt: string | null;
}

/**
 * The versions of each read model of a context, by their names. `keptMs` is `oldReadModelsKeptMs` of the
 * application, which only that knows.
 */
export async function modelVersions(
  { name: context, context: { readModels }, log }: OpenLog,
  { keptMs = OLD_READ_MODELS_KEPT_MS }: { readonly keptMs?: number } = {},
): Promise<readonly ModelVersion[]> {
  const there = await log.models();
  const listed = readModels.map(modelName);
  const checkpoints = await log.checkpoints();
  const noted = await notedOldVersions(log);
  const kept = there.filter((name) => !isBuilding(name) && !holdsInstances(name));
  return [...new Set([...listed, ...kept])].toSorted().map((model) => {
    const own = checkpoints.filter(({ subscription }) => subscription === model);
    const note = noted.find(({ key }) => key === model);
    return {
      context,
      model,
      isListed: listed.includes(model),
      isThere: there.includes(model),
      isBeingRebuilt: there.includes(buildingOf(model)),
      position: own.length === 0 ? null : Math.min(...own.map(({ position }) => position)),
      dropsAt: note === undefined ? null : new Date(note.since + keptMs).toISOString(),
    };
  });
}

/**
 * Asks those who run a context to drop a version of a read model at once, and waits for that. `refused`: a
 * running process knows it, it is being rebuilt, or there is none.
 */
export async function dropModel(
  asking: Asking,
  { model, who, why }: ByWhom & { readonly model: string },
): Promise<RequestOutcome> {
  return answerTo(asking, await leaveRequest(asking, { action: 'drop-model', model, who, why }));
}
