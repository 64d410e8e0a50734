/**
 * What `npm run services` leaves for others to read while it runs: a file of environment variables
 * that lead to its servers. When its process is gone, however it went, the file counts no more.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';

const file =
  process.env['THEREUPON_SERVICES_FILE'] ??
  join(import.meta.dirname, '..', '..', '.cache', 'services.env');
const pidVariable = 'THEREUPON_SERVICES_PID';

export type Variables = Readonly<Record<string, string>>;

/** The variables of the servers that run now; empty when none do. */
export function runningServices(): Variables {
  const { [pidVariable]: pid, ...variables } = read();
  return pid !== undefined && isAlive(Number(pid)) ? (variables as Variables) : {};
}

export function writeRunningServices(variables: Variables): void {
  mkdirSync(dirname(file), { recursive: true });
  const entries = Object.entries({ ...variables, [pidVariable]: String(process.pid) });
  writeFileSync(file, entries.map(([name, value]) => `${name}='${value}'\n`).join(''));
}

export function removeRunningServices(): void {
  rmSync(file, { force: true });
}

function read(): NodeJS.Dict<string> {
  try {
    return parseEnv(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return {};
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
