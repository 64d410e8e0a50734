import { existsSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';

/** Where it has less, as in most containers, a server that is written to would soon fill it. */
const freeBytesMin = 2 * 1024 ** 3;

/** Where temporary folders go: on disk, or in memory where Linux offers enough of it as a disk. */
export function temporaryPlace(storage: 'disk' | 'memory'): string {
  const memory = '/dev/shm';
  if (storage === 'disk' || !existsSync(memory)) return tmpdir();
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize >= freeBytesMin ? memory : tmpdir();
}
