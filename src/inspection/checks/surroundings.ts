import type { CheckupScene } from '../checkup-scene.ts';
import type { Diagnosis } from '../../log/diagnosis.ts';
import { type Found, attention, bad, good } from '../finding.ts';

const MIB = 1_048_576;
/** With less than this a log is soon full. */
const LOW_BYTES = 1_024 * MIB;
const LOW_SHARE = 0.05;
/** With less than this it may be full within minutes. */
const EMPTY_BYTES = 100 * MIB;

/** Whether a pooler stands between that gives each transaction another connection. */
export async function poolerCheck(scene: CheckupScene): Promise<readonly Found[]> {
  const pooler = (await anyDiagnosis(scene))?.pooler ?? null;
  if (pooler === null) return [good('no pooler can stand between')];
  if (!pooler.isBetween) return [good('each connection is one to the server itself')];
  if (pooler.isPassedBy)
    return [good('a pooler stands between, and the connection that must stay goes past it')];
  return [
    attention(
      null,
      'A pooler in transaction mode stands between: commits of other processes are found up to 1 s late.',
      'Give postgres() a directUrl that goes past it; docs/postgres.md says more.',
    ),
  ];
}

/** Whether there is room for the logs to grow. */
export async function diskCheck(scene: CheckupScene): Promise<readonly Found[]> {
  const disk = (await anyDiagnosis(scene))?.disk ?? null;
  if (disk === null) return [good('the logs are on no disk that is seen from here')];
  const { path, freeBytes, sizeBytes } = disk;
  const free = `${Math.floor(freeBytes / MIB)} MiB are free on the disk of ${path}`;
  const remedy = 'Make room on it: with none, nothing is written any more.';
  if (freeBytes < EMPTY_BYTES) return [bad(null, `Only ${free}.`, remedy)];
  if (freeBytes < LOW_BYTES || freeBytes < sizeBytes * LOW_SHARE)
    return [attention(null, `Only ${free}.`, remedy)];
  return [good(free)];
}

/** What holds for all contexts of a store is asked of one. */
async function anyDiagnosis(scene: CheckupScene): Promise<Diagnosis | undefined> {
  const [first] = scene.config.contexts;
  return first === undefined ? undefined : scene.diagnosis(first.name);
}
