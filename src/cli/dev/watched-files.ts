import { type FSWatcher, statSync, watch } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import type { CancelTimer, Clock } from '../../host/clock.ts';
import { stampOf } from './told-by-program.ts';

/** Changes come in flocks: a save is several events, a checkout of another branch is hundreds. */
const QUIET_MS = 100;

/**
 * Watches files, and tells of the first that changed once it has been quiet for a moment. Folders
 * are what is watched, as editors save by putting another file in place of the old one. A file
 * that is not there yet may be waited for.
 *
 * A file once added stays, also when the program imports it no more: a start too many does no harm.
 */
export class WatchedFiles {
  readonly #clock: Clock;
  readonly #onTrouble: (text: string) => void;
  readonly #files = new Set<string>();
  readonly #folders = new Map<string, WatchedFolder>();
  #changed: string | undefined;
  #onQuiet: () => void = () => undefined;
  #cancel: CancelTimer = () => undefined;

  constructor(clock: Clock, onTrouble: (text: string) => void) {
    this.#clock = clock;
    this.#onTrouble = onTrouble;
  }

  /** `stamp` is that of the file as it was used: a change before it was watched is one, too. */
  add(file: string, stamp: string): void {
    if (!this.#files.has(file)) {
      this.#files.add(file);
      this.#watchFolderOf(file);
    }
    if (stampOf(file) !== stamp) this.#seen(file);
  }

  /** Forgets what has changed so far, and finds folders that were removed and made anew. */
  begin(): void {
    this.#cancel();
    this.#changed = undefined;
    for (const [folder, { watcher, inode }] of this.#folders) {
      if (inodeOf(folder) === inode) continue;
      watcher.close();
      this.#folders.delete(folder);
    }
    for (const file of this.#files) this.#watchFolderOf(file);
  }

  /** The first file that has changed since `begin`; undefined when the signal aborts. */
  async changed(signal: AbortSignal): Promise<string | undefined> {
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const stop = (): void => resolve(undefined);
    this.#onQuiet = () => resolve(this.#changed);
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    try {
      return await promise;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  close(): void {
    this.#cancel();
    for (const { watcher } of this.#folders.values()) watcher.close();
    this.#folders.clear();
  }

  #watchFolderOf(file: string): void {
    let folder = dirname(file);
    while (inodeOf(folder) === undefined && dirname(folder) !== folder) folder = dirname(folder);
    if (this.#folders.has(folder)) return;
    try {
      const inode = inodeOf(folder);
      const watcher = watch(folder, (_, name) => this.#seen(join(folder, name ?? '')));
      watcher.on('error', (error) => this.#trouble(folder, error));
      this.#folders.set(folder, { watcher, inode });
    } catch (error) {
      this.#trouble(folder, error as Error);
    }
  }

  /** A file of ours, or a folder on the way to one. */
  #seen(path: string): void {
    const isOnTheWay = (file: string) => file.startsWith(`${path}${sep}`);
    if (!this.#files.has(path) && ![...this.#files].some(isOnTheWay)) return;
    this.#changed ??= path;
    this.#cancel();
    this.#cancel = this.#clock.after(QUIET_MS, () => this.#onQuiet());
  }

  #trouble(folder: string, { message }: Error): void {
    this.#onTrouble(`Changes in ${folder} are not seen: ${message}.`);
  }
}

interface WatchedFolder {
  readonly watcher: FSWatcher;
  /** A folder that is made anew under its name is another one, and nothing is heard of it. */
  readonly inode: number | undefined;
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}
