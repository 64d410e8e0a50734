import type { LogReader } from '../log/log.ts';
import { buildingOf } from '../runtime/building.ts';

/** How far a read model that is built anew has come. */
export interface RebuildProgress {
  readonly position: number;
  /** It takes the place of the one that is read when it has come as far as that. */
  readonly of: number;
}

/** Undefined while nobody builds it. */
export async function rebuildProgress(
  log: LogReader,
  model: string,
): Promise<RebuildProgress | undefined> {
  const checkpoints = await log.checkpoints();
  const at = (name: string): number[] =>
    checkpoints.filter(({ subscription }) => subscription === name).map(({ position }) => position);
  const building = at(buildingOf(model));
  if (building.length === 0) return undefined;
  return { position: Math.min(...building), of: Math.max(0, ...at(model)) };
}
