/**
 * What a person reads of a test run: a line per file as it ends, then the skips with their
 * reasons, then each failure in full, then `N passed, N failed`.
 */
import { styleText } from 'node:util';
import type { FileResult, TestResult } from './run-test-file.ts';

type Outcome = TestResult['outcome'];

/** One line for a file, followed by what it printed. */
export function printFile(result: FileResult): void {
  const passed = of(result, 'passed').length;
  const failed = of(result, 'failed').length;
  const sign = signOf(passed, failed);
  const counts = failed > 0 ? `${passed} passed, ${failed} failed` : `${passed} passed`;
  console.log(`${sign} ${result.file}  ${counts}, ${(result.durationMs / 1000).toFixed(1)} s`);
  if (result.output.trim() !== '') console.log(indent(result.output.trimEnd()));
}

/** Failures that did not come again when the file ran alone. */
export function printFailedAtFirst(results: readonly FileResult[]): void {
  for (const result of results) printFailures(result, styleText('yellow', 'failed at first'));
}

/** Everything worth repeating at the end. Returns how many failed. */
export function printSummary(results: readonly FileResult[], problems: readonly string[]): number {
  for (const result of results) {
    for (const test of of(result, 'skipped')) {
      console.log(`skipped: ${result.file}: ${test.name} (${test.detail})`);
    }
  }
  for (const result of results) printFailures(result, styleText('red', 'FAIL'));
  for (const problem of problems) console.log(`\n${styleText('red', 'FAIL')} ${problem}`);

  const passed = results.reduce((sum, result) => sum + of(result, 'passed').length, 0);
  const failed = results.reduce((sum, result) => sum + of(result, 'failed').length, 0);
  console.log(`\n${passed} passed, ${failed + problems.length} failed`);
  return failed + problems.length;
}

function printFailures(result: FileResult, sign: string): void {
  for (const test of of(result, 'failed')) {
    console.log(`\n${sign} ${result.file}: ${test.name}`);
    console.log(indent(test.detail ?? ''));
  }
}

/** A file of which nothing ran is not the same as one of which all held. */
function signOf(passed: number, failed: number): string {
  if (failed > 0) return styleText('red', 'FAIL');
  return passed === 0 ? styleText('yellow', 'skip') : styleText('green', 'ok  ');
}

function of(result: FileResult, outcome: Outcome): TestResult[] {
  return result.tests.filter((test) => test.outcome === outcome);
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '     ');
}
