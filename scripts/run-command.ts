import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

/** Runs a command to its end, says that it did, and answers with what it printed. */
export function runCommand(what: string, cwd: string, command: string, args: string[]): string {
  const ended = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: 300_000 });
  const output = `${ended.stdout}${ended.stderr}${ended.error?.message ?? ''}`;
  assert.equal(ended.status, 0, `${what} failed:\n${output}`);
  console.log(`ok: ${what}`);
  return ended.stdout;
}
