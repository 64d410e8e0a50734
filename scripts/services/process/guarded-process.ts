/**
 * A server process that never outlives the process that started it, however that one ends.
 *
 * A small shell stands between the two. It runs in a session of its own, so that neither Ctrl-C nor
 * the killing of the test's process group reaches it, and holds a pipe from the test process. When
 * the pipe breaks, the test process is gone, SIGKILL included: the shell then ends the server at
 * once and removes its folder. (The kernel's parent-death signal would do for Linux alone, and could
 * not clean up.)
 */
import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Account } from './account.ts';
import { serverEnvironment } from './run-program.ts';

const guard = `
folder=$1 log=$2 last=$3
shift 3
exec 3<&0
"$@" </dev/null >>"$log" 2>&1 3<&- &
server=$!
(
  read -r _ <&3
  kill -$last $server
  # It may be frozen, and its children with it: without this line it gives them five seconds.
  kill -CONT $(cat /proc/$server/task/$server/children) $server
  exit 0
) >/dev/null 2>&1 &
watch=$!
exec 3<&-
echo $server
exec >/dev/null 2>&1
wait $server
code=$?
kill $watch
if wait $watch; then rm -rf "$folder"; fi
exit $code
`;

export interface GuardedProcess {
  /** Of the server itself. */
  readonly pid: number;
  readonly hasExited: () => boolean;
  /** Resolves with the exit code, above 128 after a signal, when the server has ended. */
  readonly exited: () => Promise<number>;
}

export async function startGuarded(
  command: readonly string[],
  options: {
    account: Account;
    folder: string;
    log: string;
    /** By which a server ends at once, when nobody is left to stop it. */
    lastSignal?: 'QUIT' | 'KILL';
  },
): Promise<GuardedProcess> {
  const { folder, log, lastSignal = 'QUIT' } = options;
  const shell = spawn('sh', ['-c', guard, 'guard', folder, log, lastSignal, ...command], {
    ...options.account,
    cwd: options.folder,
    env: serverEnvironment(),
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let code: number | undefined;
  const exit = new Promise<number>((resolve, reject) => {
    shell.on('error', reject);
    shell.on('exit', (exitCode) => resolve((code = exitCode ?? 255)));
  });
  const pid = await firstNumber(shell.stdout, exit);
  letGo(shell);
  const exited = async (): Promise<number> => {
    shell.ref();
    return exit;
  };
  return { pid, hasExited: () => code !== undefined, exited };
}

async function firstNumber(output: Readable, exit: Promise<number>): Promise<number> {
  const read = new Promise<number>((resolve) => {
    output.once('data', (text: Buffer) => resolve(Number(text.toString())));
  });
  const failed = exit.then((code) => {
    throw new Error(`The shell that starts a server ended with ${code} before it had done so.`);
  });
  return Promise.race([read, failed]);
}

/** A server that nobody stopped must not keep its test process alive: the guard will stop it. */
function letGo(shell: ChildProcess): void {
  shell.unref();
  for (const pipe of [shell.stdin, shell.stdout]) {
    (pipe as (Readable & { unref?: () => void }) | null)?.unref?.();
  }
}
