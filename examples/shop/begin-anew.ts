/** Removes what an earlier run of the shop left, in its directory and in its database, and nothing else. */
import { readdirSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { assertAlone } from './assert-alone.ts';
import { contexts } from './contexts.ts';
import {
  acknowledgedFile,
  bookmarkFile,
  gatewayFile,
  prepareDirectory,
  runIdFile,
} from './data-directory.ts';
import { dropLogs } from './drop-logs.ts';
import type { ShopPlace } from './shop-place.ts';

/**
 * @throws {LogInUseError} when a shop runs on it (`ShopInUseError`: on the database); then nothing
 * is removed.
 * @throws {StoreUnreachableError} when the database cannot be reached; neither then.
 */
export async function beginAnew({ directory, store }: ShopPlace): Promise<void> {
  prepareDirectory(directory);
  await assertNotInUse({ directory });
  if (store !== undefined) {
    await assertNotInUse({ directory, store });
    await dropLogs(store, contexts);
  }
  const gateway = dirname(gatewayFile(directory));
  for (const { name } of contexts) removeLog(directory, name);
  removeLog(gateway, 'gateway');
  for (const file of [acknowledgedFile(directory), bookmarkFile(directory), runIdFile(directory)])
    rmSync(file, { force: true });
  if (readdirSync(gateway).length === 0) rmdirSync(gateway);
}

function removeLog(directory: string, name: string): void {
  for (const ending of ['sqlite', 'sqlite-wal', 'sqlite-shm', 'lock'])
    rmSync(join(directory, `${name}.${ending}`), { force: true });
}

async function assertNotInUse(place: ShopPlace): Promise<void> {
  try {
    await assertAlone(place);
  } catch (error) {
    const { code } = error as { code?: unknown };
    // Whatever else is wrong with a file, it is about to go. A database is more than the shop's.
    const isAboutToGo = place.store === undefined ? code !== 'log-in-use' : code === 'log-newer';
    if (!isAboutToGo) throw error;
  }
}
