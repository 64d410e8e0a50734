/**
 * The user that a server runs as. PostgreSQL refuses to be root, so root starts it as another user
 * and gives it folders that this user may enter; everybody else starts it as themselves.
 */
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Empty where the server runs as the caller; to be spread into the options of `spawn`. */
export interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** `postgres` where a package made that user, else `nobody`. */
export function serverAccount(): Account {
  if (process.getuid?.() !== 0) return {};
  const users = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = users.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(
    'PostgreSQL refuses to run as root, and /etc/passwd has no user "postgres" or "nobody". ' +
      'Run the tests as another user, or add one of them.',
  );
}

const folders = new Set<string>();
let isWatching = false;

/** A fresh folder that belongs to the account alone. It goes with this process at the latest. */
export function makeFolder(prefix: string, account: Account, place = tmpdir()): string {
  const folder = mkdtempSync(join(place, prefix));
  if (!isWatching) process.once('exit', removeAll);
  isWatching = true;
  folders.add(folder);
  chmodSync(folder, 0o700);
  giveTo(folder, account);
  return folder;
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  folders.delete(folder);
}

function removeAll(): void {
  for (const folder of folders) {
    try {
      removeFolder(folder);
    } catch {
      // A server that nobody stopped still writes to it; its guard ends both.
    }
  }
}

export function giveTo(path: string, account: Account): void {
  if (account.uid !== undefined && account.gid !== undefined) {
    chownSync(path, account.uid, account.gid);
  }
}
