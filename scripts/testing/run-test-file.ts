/**
 * Runs one test file in a process of its own and says what became of each test in it.
 *
 * A file fails also when it holds no test, when it ends before its tests did, when it exits
 * non-zero for another reason, and when it is not done in time: then it is killed together with
 * the processes that it started.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventLine } from './event-lines.ts';

export interface TestResult {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** What went wrong, or the reason of the skip. */
  readonly detail?: string;
}

export interface FileResult {
  readonly file: string;
  readonly tests: readonly TestResult[];
  readonly durationMs: number;
  /** What the file wrote to its standard output and error. */
  readonly output: string;
}

export interface RunOptions {
  readonly fileTimeoutMs: number;
  readonly testTimeoutMs: number;
  /** Only the tests whose names match this pattern. */
  readonly name?: string | undefined;
}

const running = new Set<ChildProcess>();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    for (const child of running) killGroup(child);
    process.kill(process.pid, signal);
  });
}

export async function runTestFile(file: string, options: RunOptions): Promise<FileResult> {
  const folder = mkdtempSync(join(tmpdir(), 'thereupon-test-'));
  const lines = join(folder, 'events.jsonl');
  try {
    const started = performance.now();
    const end = await runChild(file, lines, options);
    const tests = resultsOf(existsSync(lines) ? parse(lines) : [], end, options);
    return { file, tests, durationMs: performance.now() - started, output: end.output };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The result of a file that was not run because something that it needs is missing. */
export function leftOut(
  file: string,
  obstacle: { readonly reason: string; readonly isFailure: boolean },
): FileResult {
  const outcome = obstacle.isFailure ? 'failed' : 'skipped';
  const test: TestResult = { name: 'the file', outcome, detail: obstacle.reason };
  return { file, tests: [test], durationMs: 0, output: '' };
}

interface ChildEnd {
  readonly code: number | null;
  readonly signal: string | null;
  readonly isTimedOut: boolean;
  readonly output: string;
}

const STAY_ALIVE = `--import=${import.meta.resolve('./stay-alive.ts')}`;

function runChild(file: string, lines: string, options: RunOptions): Promise<ChildEnd> {
  const args = [
    '--conditions=thereupon-source',
    ...(process.versions.node.startsWith('22.') ? [STAY_ALIVE] : []),
    `--test-timeout=${options.testTimeoutMs}`,
    `--test-reporter=${import.meta.resolve('./event-lines.ts')}`,
    `--test-reporter-destination=${lines}`,
    ...(options.name === undefined ? [] : [`--test-name-pattern=${options.name}`]),
    file,
  ];
  // A process group of its own, so that what the file started can be ended with it.
  const child = spawn(process.execPath, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);

  return new Promise((resolve, reject) => {
    let output = '';
    let isTimedOut = false;
    const timer = setTimeout(() => {
      isTimedOut = true;
      killGroup(child);
    }, options.fileTimeoutMs);
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      running.delete(child);
      resolve({ code, signal, isTimedOut, output });
    });
    // `close` waits for everyone who holds the pipes: a process left behind would hold them.
    child.on('exit', () => killGroup(child));
  });
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function parse(lines: string): EventLine[] {
  const text = readFileSync(lines, 'utf8');
  // The last line of a killed process may be half a line.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as EventLine);
}

function resultsOf(lines: EventLine[], end: ChildEnd, options: RunOptions): TestResult[] {
  const tests = lines.flatMap((line) => testResult(line));
  const problem = fileProblem(lines, tests, end, options);
  if (problem !== undefined) tests.push({ name: 'the file', outcome: 'failed', detail: problem });
  return tests;
}

function testResult(line: EventLine): TestResult[] {
  if (line.type !== 'pass' && line.type !== 'fail') return [];
  if (line.skipped !== undefined) {
    return [{ name: line.name, outcome: 'skipped', detail: line.skipped || 'no reason given' }];
  }
  if (line.type === 'fail') {
    if (line.isEcho === true) return [];
    return [
      { name: line.name, outcome: 'failed', detail: line.error ?? 'failed without an error' },
    ];
  }
  return line.kind === 'suite' ? [] : [{ name: line.name, outcome: 'passed' }];
}

function notes(lines: EventLine[]): string[] {
  return lines.flatMap((line) => (line.type === 'note' ? [line.text] : []));
}

function fileProblem(
  lines: EventLine[],
  tests: TestResult[],
  end: ChildEnd,
  options: RunOptions,
): string | undefined {
  const finished = new Set(lines.flatMap((line) => ('durationMs' in line ? [line.name] : [])));
  const open = lines.flatMap((line) =>
    line.type === 'start' && !finished.has(line.name) ? [`"${line.name}"`] : [],
  );
  const at = open.length === 0 ? 'no test was running' : `running: ${open.join(', ')}`;
  if (end.isTimedOut) return `was not done after ${options.fileTimeoutMs / 1000} s; ${at}.`;
  if (end.signal !== null) return `was ended by ${end.signal}; ${at}.`;
  if (tests.some((test) => test.outcome === 'failed')) return undefined;
  if (end.code !== 0) return [`exited with code ${end.code}; ${at}.`, ...notes(lines)].join('\n');
  if (!lines.some((line) => line.type === 'end')) {
    return lines.length === 0 ? 'holds no test.' : `ended before its tests did; ${at}.`;
  }
  if (tests.length === 0 && options.name === undefined) return 'holds no test.';
  return undefined;
}
