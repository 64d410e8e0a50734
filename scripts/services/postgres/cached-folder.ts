import { existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder, removeFolder, type Account } from '../process/account.ts';

/** A system that clears its temporary folder of old files takes this one no later than the rest. */
const marker = 'complete';

/**
 * A folder below the system's temporary one that is filled once and kept between runs. Two processes
 * that fill it at the same moment do not see each other's half: each fills a folder of its own, and
 * the first to finish gives it the name.
 */
export async function cachedFolder(
  name: string,
  account: Account,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const uid = account.uid ?? process.getuid?.() ?? 0;
  const path = join(tmpdir(), `thereupon-${name}-uid${uid}`);
  if (isComplete(path, uid)) return path;

  const folder = makeFolder('thereupon-filling-', account);
  try {
    await fill(folder);
    writeFileSync(join(folder, marker), '');
    if (!isComplete(path, uid)) takeName(folder, path);
  } finally {
    removeFolder(folder);
  }
  if (!isComplete(path, uid)) throw new Error(`${path} belongs to somebody else: remove it.`);
  return path;
}

/** Everybody may make a folder of this name: one that is not ours alone is never used. */
function isComplete(path: string, uid: number): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.uid !== uid || (found.mode & 0o077) !== 0) return false;
  return existsSync(join(path, marker));
}

/** Another process may have been first; what is in the way otherwise has lost some of its files. */
function takeName(folder: string, path: string): void {
  try {
    renameSync(folder, path);
  } catch {
    if (existsSync(join(path, marker))) return;
    rmSync(path, { recursive: true, force: true });
    renameSync(folder, path);
  }
}
