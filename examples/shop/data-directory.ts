/**
 * What the shop keeps in its data directory: `CONTEXT.sqlite` for each context (and what SQLite
 * keeps beside it), `gateway/` for the gateway, and `acknowledged.jsonl`, what a replay was told was
 * durable. Beginning anew removes these and nothing else.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { sqlite } from 'thereupon/sqlite';
import { contexts } from './contexts.ts';

/** The gateway's own file, in a folder of its own as it is no context. */
export function gatewayFile(directory: string): string {
  mkdirSync(join(directory, 'gateway'), { recursive: true });
  return join(directory, 'gateway', 'gateway.sqlite');
}

export function acknowledgedFile(directory: string): string {
  return join(directory, 'acknowledged.jsonl');
}

/**
 * Removes the data of an earlier run.
 *
 * @throws {LogInUseError} when a shop runs on it; then nothing is removed.
 */
export async function beginAnew(directory: string): Promise<void> {
  mkdirSync(directory, { recursive: true });
  await assertNotInUse(directory);
  const ours = new Set(contexts.map(({ name }) => name as string));
  for (const file of readdirSync(directory)) {
    const [name = '', ...endings] = file.split('.');
    const isLog = ours.has(name) && /^(sqlite|sqlite-wal|sqlite-shm|lock)$/.test(endings.join('.'));
    if (isLog) rmSync(join(directory, file));
  }
  rmSync(join(directory, 'gateway'), { recursive: true, force: true });
  rmSync(acknowledgedFile(directory), { force: true });
}

async function assertNotInUse(directory: string): Promise<void> {
  const store = sqlite(directory);
  for (const { name } of contexts) {
    try {
      const log = await store.open(name);
      await log.close();
    } catch (error) {
      // Whatever else is wrong with a file, it is about to go.
      if ((error as { code?: unknown }).code === 'log-in-use') throw error;
    }
  }
}
