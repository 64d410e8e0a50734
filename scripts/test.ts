/**
 * `npm test`: runs every `*.test.ts`, each file in a process of its own, two at a time.
 *
 *     npm test                      all tests that need nothing
 *     npm test -- src/log           those of a folder, or of a file
 *     npm test -- --servers         also `*.int.test.ts`, which need a server
 *     npm test -- --name "stale"    only the tests whose name matches
 *
 * `node --test` is not used for it: it passes when it found nothing, passes a file that died half
 * way with exit code 0, and, on some of the versions that we support, waits forever for a file
 * that hangs. The closing line is `N passed, N failed`.
 */
import { parseArgs } from 'node:util';
import { findTestFiles } from './testing/find-test-files.ts';
import { printFile, printSummary } from './testing/print-results.ts';
import { runTestFile, type FileResult } from './testing/run-test-file.ts';

/** A full run with fewer tests than this has lost some of them, whatever its colour. */
const testsMin = 150;
const filesAtOnce = 2;
const fileTimeoutMs = 300_000;
const testTimeoutMs = 120_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { servers: { type: 'boolean', default: false }, name: { type: 'string' } },
});

const isFullRun = positionals.length === 0 && values.name === undefined;
const files = findTestFiles(positionals.length === 0 ? undefined : positionals, {
  withServers: values.servers,
});
const results = await runAll(files);
const passed = results.reduce((sum, { tests }) => sum + count(tests, 'passed'), 0);
const problems: string[] = [];
if (files.length === 0) problems.push(`No test file found under ${positionals.join(', ')}.`);
if (isFullRun && passed < testsMin) {
  problems.push(`Only ${passed} tests passed, at least ${testsMin} were expected to be there.`);
}
process.exitCode = printSummary(results, problems) === 0 ? 0 : 1;

async function runAll(queue: readonly string[]): Promise<FileResult[]> {
  const waiting = [...queue];
  const done: FileResult[] = [];
  const lane = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const result = await runTestFile(file, { fileTimeoutMs, testTimeoutMs, name: values.name });
      done.push(result);
      printFile(result);
    }
  };
  await Promise.all(Array.from({ length: filesAtOnce }, lane));
  return done;
}

function count(tests: FileResult['tests'], outcome: string): number {
  return tests.filter((test) => test.outcome === outcome).length;
}
