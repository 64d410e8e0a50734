import { existsSync, statfsSync } from 'node:fs';
import type { Diagnosis, Disk, Runner } from '../../log/diagnosis.ts';
import type { Where } from './errors.ts';
import { runningOwner } from './owner-lock.ts';

/** Who runs a context of this directory, and how much room there is for it. */
export function diagnosisOf(directory: string, where: Where): Diagnosis {
  return {
    isShared: false,
    runners: runnersOf(where),
    heldBy: null,
    clock: null,
    pooler: null,
    disk: diskOf(directory),
  };
}

function runnersOf(where: Where): readonly Runner[] {
  const owner = runningOwner(where);
  if (owner === undefined) return [];
  const { pid = null, startedAt = null } = owner;
  return [{ pid, host: null, startedAt, beatAgoMs: null, isAlive: true, holds: null }];
}

function diskOf(directory: string): Disk | null {
  if (!existsSync(directory)) return null;
  const { bavail, blocks, bsize } = statfsSync(directory);
  return { path: directory, freeBytes: bavail * bsize, sizeBytes: blocks * bsize };
}
