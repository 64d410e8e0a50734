/**
 * `npm test`: runs every `*.test.ts`, each file in a process of its own, two at a time.
 *
 *     npm test                      all tests; without those whose server is not on this machine
 *     npm test -- src/log           those of a folder, or of a file
 *     npm test -- --servers         a server that is missing is a failure
 *     npm test -- --no-servers      without `*.int.test.ts`, which need a server
 *     npm test -- --name "stale"    only the tests whose name matches
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
import { printFile, printSummary } from './testing/print-results.ts';
import { provideServices } from './testing/provide-services.ts';
import { leftOut, runTestFile, type FileResult } from './testing/run-test-file.ts';

/** A full run with fewer tests than this has lost some of them, whatever its colour. */
const testsMin = 150;
const filesAtOnce = 2;
const fileTimeoutMs = 600_000;
const testTimeoutMs = 240_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: { servers: { type: 'boolean' }, name: { type: 'string' } },
});

const isFullRun = positionals.length === 0 && values.name === undefined;
const files = findTestFiles(positionals.length === 0 ? undefined : positionals, {
  withServers: values.servers !== false,
});
const needs = new Map(files.map((file) => [file, neededServices(file, services)]));
const provided = await provideServices([...needs.values()].flat(), requiredServices(), {
  ...runningServices(),
  ...process.env,
});
Object.assign(process.env, provided.environment);
for (const line of provided.lines) console.log(line);
const results = await runAll(files);
await provided.close();
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
      const obstacle = provided.obstacle(needs.get(file) ?? []);
      const result =
        obstacle === undefined
          ? await runTestFile(file, { fileTimeoutMs, testTimeoutMs, name: values.name })
          : leftOut(file, obstacle);
      done.push(result);
      printFile(result);
    }
  };
  await Promise.all(Array.from({ length: filesAtOnce }, lane));
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

function count(tests: FileResult['tests'], outcome: string): number {
  return tests.filter((test) => test.outcome === outcome).length;
}
