import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { GuardedProcess } from '../process/guarded-process.ts';
import { signal } from '../process/running-processes.ts';

const startTimeoutMs = 60_000;

/**
 * Waits until a server takes connections. It says how far it is in the last line of its lock file, as
 * it does to `pg_ctl`; the first line tells whether the file is its own or one of a server that was
 * killed.
 */
export async function untilReady(
  started: GuardedProcess,
  data: string,
  log: () => string,
): Promise<void> {
  const until = performance.now() + startTimeoutMs;
  for (;;) {
    if (started.hasExited()) throw new PostgresStartError('ended', log());
    const lock = readIfThere(join(data, 'postmaster.pid')).split('\n');
    if (Number(lock[0]) === started.pid && lock[7]?.trim() === 'ready') return;
    if (performance.now() > until) {
      signal(started.pid, 'SIGQUIT');
      throw new PostgresStartError(`was not ready after ${startTimeoutMs} ms`, log());
    }
    await delay(5);
  }
}

/** The server did not come up; the message ends with its log. */
export class PostgresStartError extends Error {
  override readonly name = 'PostgresStartError';
  readonly code = 'postgres-start';
  readonly retryable = false;

  constructor(what: string, log: string) {
    super(`The PostgreSQL server that was started ${what}. Its log says:\n${log.slice(-4000)}`);
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return '';
  }
}
