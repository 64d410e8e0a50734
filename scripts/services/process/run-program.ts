import { spawn } from 'node:child_process';
import type { Account } from './account.ts';

/** Runs a program to its end as the account. Rejects with all that it said when it fails. */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: { account: Account; cwd: string },
): Promise<string> {
  const child = spawn(program, args, {
    ...options.account,
    cwd: options.cwd,
    env: serverEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const code = await new Promise<number | string | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode, signal) => resolve(exitCode ?? signal));
  });
  if (code !== 0) {
    throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${said.trimEnd()}`);
  }
  return said;
}

/** What the caller has set for its own PostgreSQL (PGDATA, PGPORT …) is not for ours. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(PG|LC_|LANG|NODE_OPTIONS)/.test(name),
  );
  return { ...Object.fromEntries(own), LC_ALL: 'C' };
}
