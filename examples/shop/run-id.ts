/**
 * Names what a shop keeps outside of its own places, on a broker: kept with its data, so that the same command
 * finds it again, and one that begins anew finds nothing of it.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { runIdFile } from './data-directory.ts';

/** That of the data in a directory; made when there is none yet. */
export function runIdOf(directory: string): string {
  const path = runIdFile(directory);
  if (!existsSync(path)) writeFileSync(path, randomBytes(4).toString('hex'));
  return readFileSync(path, 'utf8').trim();
}
