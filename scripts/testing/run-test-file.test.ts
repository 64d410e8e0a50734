import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { runTestFile, type FileResult } from './run-test-file.ts';

test('each test of a file is counted once, suites are not', async () => {
  const { tests } = await run('mixed');

  assert.deepEqual(
    tests.map(({ name, outcome }) => `${outcome}: ${name}`),
    [
      'passed: holds',
      'failed: does not hold',
      'skipped: is skipped',
      'passed: holds inside',
      'failed: does not hold inside',
    ],
  );
});

test('a failure carries its error, a skip its reason, a file its output', async () => {
  const { tests, output } = await run('mixed');

  assert.match(detail(tests, 'does not hold'), /2 !== 3/);
  assert.match(detail(tests, 'does not hold inside'), /inner failure/);
  assert.equal(detail(tests, 'is skipped'), 'for this reason');
  assert.match(output, /a line of output/);
});

test('a file of which all holds has no failure', async () => {
  const { tests } = await run('leaving-a-child');

  assert.deepEqual(
    tests.map((each) => each.outcome),
    ['passed'],
  );
});

test('a file without a test fails', async () => {
  const { tests } = await run('empty');

  assert.match(detail(tests, 'the file'), /holds no test/);
});

test('a file that cannot be loaded fails', async () => {
  const { tests, output } = await run('broken');

  // 1; or 7 where node:test was there before it.
  assert.match(detail(tests, 'the file'), /exited with code [17];/);
  assert.match(output, /broken at import/);
});

test('a file that exits with 0 before its tests are done fails', async () => {
  const { tests } = await run('exiting');

  assert.match(detail(tests, 'the file'), /ended before its tests did|holds no test/);
});

test('what goes wrong after the tests of a file is told', async () => {
  const { tests } = await run('late');

  assert.match(detail(tests, 'the file'), /exited with code 1; no test was running.*too late/s);
});

test('a file that hangs is ended and says what was running', async () => {
  const { tests } = await run('hanging', 5_000);

  assert.match(detail(tests, 'the file'), /not done after 5 s; running: "waits for what never/);
});

// The process it leaves behind sleeps for a minute and holds the pipes of the file.
test('a process that a file leaves behind is ended with it', async () => {
  const { durationMs } = await run('leaving-a-child');

  assert.ok(durationMs < 20_000, `took ${durationMs} ms`);
});

function run(fixture: string, fileTimeoutMs = 30_000): Promise<FileResult> {
  const file = join(import.meta.dirname, 'fixtures', `${fixture}.test.ts`);
  return runTestFile(file, { fileTimeoutMs, testTimeoutMs: 60_000 });
}

function detail(tests: FileResult['tests'], name: string): string {
  return tests.find((test) => test.name === name)?.detail ?? `no result of "${name}"`;
}
