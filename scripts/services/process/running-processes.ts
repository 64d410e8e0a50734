/** The processes of this machine, as far as a test must find, freeze and kill those of a server. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** The direct children of a process: all that a PostgreSQL server has. */
export function childrenOf(parent: number): number[] {
  return processes()
    .filter((each) => each.parent === parent)
    .map((each) => each.pid);
}

/** Sends a signal; a process that is gone already is none to complain about. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Resolves when none of the processes is left, but for zombies, which hold nothing any more. */
export async function ended(pids: readonly number[], withinMs: number): Promise<void> {
  const until = performance.now() + withinMs;
  for (;;) {
    const alive = new Set(processes().map((each) => each.pid));
    const left = pids.filter((pid) => alive.has(pid));
    if (left.length === 0) return;
    if (performance.now() > until) {
      throw new Error(`The processes ${left.join(', ')} are still there after ${withinMs} ms.`);
    }
    await delay(5);
  }
}

function processes(): { pid: number; parent: number }[] {
  return existsSync('/proc/self/stat') ? processesOfLinux() : processesOfPs();
}

function processesOfLinux(): { pid: number; parent: number }[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The program's name, in brackets, may hold anything, brackets too.
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return state === 'Z' ? [] : [{ pid: Number(pid), parent: Number(parent) }];
    } catch {
      // It ended between the listing and the reading.
      return [];
    }
  });
}

function processesOfPs(): { pid: number; parent: number }[] {
  const listing = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' });
  return listing.stdout.split('\n').flatMap((line) => {
    const [pid, parent, state] = line.trim().split(/\s+/);
    if (pid === undefined || pid === '' || state?.startsWith('Z') === true) return [];
    return [{ pid: Number(pid), parent: Number(parent) }];
  });
}
