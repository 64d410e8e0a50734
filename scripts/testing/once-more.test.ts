/** `npm test -- --again`, as the gate calls it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const fixtures = 'scripts/testing/fixtures';
const mixed = join(fixtures, 'mixed.test.ts');
const onceFailing = join(fixtures, 'once-failing.test.ts');

test('a file that fails once is told of, and counts by its second try', (t) => {
  const { output, code } = npmTest(t, ['--again', onceFailing]);

  assert.match(output, /^failed at first .*once-failing.*\n.*the first time/m);
  assert.match(output, /^1 passed, 0 failed$/m);
  assert.equal(code, 0);
});

test('without being asked nothing is tried again', (t) => {
  const { output, code } = npmTest(t, [onceFailing]);

  assert.match(output, /^FAIL .*once-failing.*\n.*the first time/m);
  assert.match(output, /^0 passed, 1 failed$/m);
  assert.equal(code, 1);
});

test('a file that fails again has failed', (t) => {
  const { output, code } = npmTest(t, ['--again', mixed]);

  assert.doesNotMatch(output, /failed at first/);
  assert.match(output, /^2 passed, 2 failed$/m);
  assert.equal(code, 1);
});

test('many failures are no chance', (t) => {
  const { output } = npmTest(t, ['--again', ...Array.from({ length: 4 }, () => mixed)]);

  assert.doesNotMatch(output, /once more/);
  assert.match(output, /^8 passed, 8 failed$/m);
});

function npmTest(
  t: { after(close: () => void): void },
  args: readonly string[],
): { output: string; code: number | null } {
  const folder = mkdtempSync(join(tmpdir(), 'thereupon-again-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const env = { ...process.env, NO_COLOR: '1', TRIED_FILE: join(folder, 'tried') };
  const root = join(import.meta.dirname, '..', '..');
  const command = ['--conditions=thereupon-source', 'scripts/test.ts', ...args];
  const ended = spawnSync(process.execPath, command, { cwd: root, env, encoding: 'utf8' });
  return { output: ended.stdout + ended.stderr, code: ended.status };
}
