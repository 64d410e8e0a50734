/**
 * `npm test`: runs every `*.test.ts`, each file in a process of its own, two at a time.
 *
 *     npm test                      all tests; without those whose server is not on this machine
 *     npm test -- src/log           those of a folder, or of a file
 *     npm test -- --servers         a server that is missing is a failure
 *     npm test -- --no-servers      without `*.int.test.ts`, which need a server
 *     npm test -- --without src/cli  without those of a folder, as often as one likes
 *     npm test -- --name "stale"    only the tests whose name matches
 *     npm test -- --again           the few files that failed run once more at the end, alone
 *
 * `--again` is for the gate on machines that others share: many tests kill processes and servers and
 * wait by the clock. What failed at first is printed all the same, and is a fault to be looked for:
 * by chance is how a race shows itself.
 *
 * What a file needs is started once for all files, unless it runs already: `npm run services`, or an
 * environment variable that leads to it. `THEREUPON_REQUIRE_SERVERS=postgres` says which must be there.
 *
 * `node --test` is not used for it: it passes when it found nothing, passes a file that died half
 * way with exit code 0, and, on some of the versions that we support, waits forever for a file
 * that hangs. The closing line is `N passed, N failed`.
 */
import { parseArgs } from 'node:util';
import { runningServices } from './services/running-services.ts';
import { services } from './services/services.ts';
import { findTestFiles } from './testing/find-test-files.ts';
import { neededServices } from './testing/needed-services.ts';
import { printFailedAtFirst, printFile, printSummary } from './testing/print-results.ts';
import { provideServices } from './testing/provide-services.ts';
import { leftOut, runTestFile, type FileResult } from './testing/run-test-file.ts';

/** A full run with fewer tests than this has lost some of them, whatever its colour. */
const testsMin = 150;
const filesAtOnce = 2;
const fileTimeoutMs = 600_000;
const testTimeoutMs = 240_000;
/** More than these do not fail by chance. */
const filesAgainMax = 3;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    servers: { type: 'boolean' },
    name: { type: 'string' },
    without: { type: 'string', multiple: true },
    again: { type: 'boolean' },
  },
});

const isWhole = values.name === undefined && values.without === undefined;
const isFullRun = positionals.length === 0 && isWhole;
const files = findTestFiles(positionals.length === 0 ? undefined : positionals, {
  withServers: values.servers !== false,
  without: values.without,
});
const needs = new Map(files.map((file) => [file, neededServices(file, services)]));
const provided = await provideServices([...needs.values()].flat(), requiredServices(), {
  ...runningServices(),
  ...process.env,
});
Object.assign(process.env, provided.environment);
for (const line of provided.lines) console.log(line);
const first = await runAll(files, filesAtOnce);
const again = values.again === true ? await runAgain(first) : [];
await provided.close();
const mended = again.filter((result) => !hasFailed(result));
const results = first.map((result) => mended.find(({ file }) => file === result.file) ?? result);
const passed = results.reduce((sum, { tests }) => sum + count(tests, 'passed'), 0);
const problems: string[] = [];
if (files.length === 0) problems.push(`No test file found under ${positionals.join(', ')}.`);
if (isFullRun && passed < testsMin) {
  problems.push(`Only ${passed} tests passed, at least ${testsMin} were expected to be there.`);
}
printFailedAtFirst(first.filter((result) => !results.includes(result)));
process.exitCode = printSummary(results, problems) === 0 ? 0 : 1;

/** What came of the second try of those that failed. */
async function runAgain(tried: readonly FileResult[]): Promise<FileResult[]> {
  const failed = tried.filter(hasFailed);
  if (failed.length === 0 || failed.length > filesAgainMax) return [];
  console.log('\nonce more, alone:');
  return runAll(
    failed.map(({ file }) => file),
    1,
  );
}

async function runAll(queue: readonly string[], lanes: number): Promise<FileResult[]> {
  const waiting = [...queue];
  const done: FileResult[] = [];
  const lane = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const obstacle = provided.obstacle(needs.get(file) ?? []);
      const result =
        obstacle === undefined
          ? await runTestFile(file, { fileTimeoutMs, testTimeoutMs, name: values.name })
          : leftOut(file, obstacle);
      done.push(result);
      printFile(result);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return done;
}

function requiredServices(): Set<string> {
  if (values.servers === true) return new Set(['all']);
  const named = (process.env['THEREUPON_REQUIRE_SERVERS'] ?? '').split(',').filter(Boolean);
  const known = services.map(({ name }) => name);
  const unknown = named.find((name) => name !== 'all' && !known.includes(name));
  if (unknown === undefined) return new Set(named);
  throw new Error(
    `THEREUPON_REQUIRE_SERVERS names "${unknown}"; the services are ${known.join(', ')}, or all.`,
  );
}

function hasFailed(result: FileResult): boolean {
  return count(result.tests, 'failed') > 0;
}

function count(tests: FileResult['tests'], outcome: string): number {
  return tests.filter((test) => test.outcome === outcome).length;
}
