/**
 * The test kit under other runners than our own: the package as a stranger gets it, used by the
 * tests in `fixtures/vitest` and `fixtures/jest`, each with the packages of its own lockfile.
 *
 *     node scripts/other-runners.ts
 */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { pack } from './pack.ts';
import { runCommand } from './run-command.ts';

/** Both print the number of tests that passed; a runner that finds none may call that a success. */
const PASSED = /Tests:? +3 passed/;

const folder = mkdtempSync(join(tmpdir(), 'thereupon-runners-'));
try {
  const { tarball } = pack(folder);
  for (const runner of ['vitest', 'jest']) testWith(runner, tarball);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function testWith(runner: string, tarball: string): void {
  const project = join(folder, runner);
  cpSync(join(import.meta.dirname, '..', 'fixtures', runner), project, { recursive: true });
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline'];
  runCommand(`install ${runner}`, project, 'npm', ['ci', ...quiet]);
  const args = ['install', '--no-save', ...quiet, tarball];
  runCommand(`install the package beside ${runner}`, project, 'npm', args);
  const printed = runCommand(`test with ${runner}`, project, 'sh', ['-c', 'npm test 2>&1']);
  const output = stripVTControlCharacters(printed);
  assert.match(output, PASSED, `${runner} did not run the three tests:\n${output}`);
}
