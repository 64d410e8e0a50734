import { close, closeSync, fdatasync, fsync, open, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { StoreNotSyncedError, type Where } from './errors.ts';
import { fileAt } from './file-at.ts';

const REPLACED = 'the files were taken away, or replaced, while the log was open';

/**
 * Brings a file's write-ahead log to the disk, without stopping the event loop: SQLite's own sync
 * would. The log is read back only up to its first gap, so whatever was written to it before is on
 * the disk, too; before SQLite moves pages of it into the file it syncs it by itself.
 *
 * A sync that failed is not tried again: the system may have dropped what it could not write, and
 * would call the next one a success.
 */
export class WalSync {
  readonly #where: Where;
  #file: number | undefined;
  /** Which files were there when it was opened. */
  #files: string | undefined;

  constructor(where: Where) {
    this.#where = where;
  }

  /**
   * Resolves when all that was committed before the call is on the disk, where the next start finds it.
   *
   * @throws {StoreNotSyncedError}
   */
  async sync(): Promise<void> {
    try {
      // Open as long as the database is: SQLite writes into the same file again and again.
      if (this.#file === undefined) await this.#open();
      else await dataSync(this.#file);
    } catch (error) {
      throw new StoreNotSyncedError(this.#where, error);
    }
    // What is written to a file without a name is gone with the process.
    if (this.#filesNow() !== this.#files) throw new StoreNotSyncedError(this.#where, REPLACED);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  async #open(): Promise<void> {
    this.#file = openSync(walOf(this.#where), FLAGS);
    this.#files = this.#filesNow();
    await dataSync(this.#file);
    // The file may be as new as what is in it: its name must outlive a power cut, too.
    await syncDirectory(dirname(this.#where.path));
  }

  #filesNow(): string {
    return `${fileAt(this.#where.path)} ${fileAt(walOf(this.#where))}`;
  }
}

/** The same once, by somebody who only reads: what another process has committed. */
export async function syncWalOf(where: Where): Promise<void> {
  let file: number;
  try {
    file = await openFile(walOf(where), FLAGS);
  } catch (error) {
    // All of it is in the file itself, which was synced then.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    await dataSync(file);
  } finally {
    await closeFile(file);
  }
}

async function syncDirectory(path: string): Promise<void> {
  // Windows opens no directory, and keeps names by itself.
  if (process.platform === 'win32') return;
  const directory = await openFile(path, 'r');
  try {
    await fileSync(directory);
  } finally {
    await closeFile(directory);
  }
}

const openFile = promisify(open);
const closeFile = promisify(close);
const dataSync = promisify(fdatasync);
const fileSync = promisify(fsync);

// Windows syncs only what may be written to.
const FLAGS = process.platform === 'win32' ? 'r+' : 'r';

function walOf({ path }: Where): string {
  return `${path}-wal`;
}
