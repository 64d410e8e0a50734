import { existsSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { QuestionError } from '../inspection/question-error.ts';
import type { Pour } from './pour.ts';

/** A file that is being written under another name beside its place. */
export interface ExportFile {
  readonly pour: Pour;
  /** It is whole and on the disk: puts it in its place. */
  keep(): Promise<void>;
  /** Leaves nothing of it behind. Nothing happens when it was kept. */
  drop(): Promise<void>;
}

/**
 * Begins a file that appears under its name only once it is whole, so that a half one is never
 * taken for it, also after a power cut.
 *
 * @throws {QuestionError} when something is there already (unless it is a file, and `isForced`).
 * @throws {ExportNotWrittenError} from each of its steps.
 */
export async function beginExportFile(path: string, isForced: boolean): Promise<ExportFile> {
  assertFree(path, isForced);
  // Of a link what it leads to is replaced, not the link.
  const target = existsSync(path) ? realpathSync(path) : path;
  const partial = `${target}.${process.pid}.partial`;
  const file = await attempt(path, () => open(partial, 'w'));
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (isOpen) await file.close();
    isOpen = false;
  };
  return {
    pour: (text) => attempt(path, async () => (await file.appendFile(text), true)),
    async keep() {
      assertFree(path, isForced);
      await attempt(path, async () => {
        await file.sync();
        await close();
        renameSync(partial, target);
        await syncDirectory(dirname(target));
      });
    },
    async drop() {
      await close();
      rmSync(partial, { force: true });
    },
  };
}

/** Looked at before the work and after it: somebody else may have been faster. */
function assertFree(path: string, isForced: boolean): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return assertDirectory(path);
  if (!found.isFile())
    throw new QuestionError(
      'asked-wrongly',
      `${path} is there and is no file. Give --out another name, or write to standard output.`,
    );
  if (!isForced)
    throw new QuestionError(
      'asked-wrongly',
      `There is a ${path} already. Give --out another name, or replace it with --force.`,
    );
}

function assertDirectory(path: string): void {
  const directory = dirname(path);
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new QuestionError(
    'asked-wrongly',
    `There is no directory ${directory}. Make it, or give --out another one.`,
  );
}

/** Otherwise a power cut might take the new name. Not every system can do that to a directory. */
async function syncDirectory(directory: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(directory);
    await handle.sync();
  } catch {
    // The file itself is on the disk, if only under the name that it had before.
  } finally {
    await handle?.close();
  }
}

async function attempt<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new ExportNotWrittenError(path, error);
  }
}

/** An export could not be written to its file. Nothing is there under its name. */
export class ExportNotWrittenError extends Error {
  override readonly name = 'ExportNotWrittenError';
  readonly code = 'export-not-written';
  readonly retryable = false;
  readonly path: string;

  constructor(path: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(
      `The export could not be written to ${path} (${why}), and nothing of it is left there. Make ` +
        'room or take another disk, then export again.',
      { cause },
    );
    this.path = path;
  }
}
