import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Host, systemHost } from '../host/host.ts';
import type { LogLine } from '../telemetry/logger.ts';
import { OUTAGE_POLICY, Trouble } from './trouble.ts';

/** A clock that only notes how long it was asked to sleep. */
function given() {
  const sleeps: number[] = [];
  let elapsed = 0;
  const real = systemHost();
  const host: Host = {
    ...real,
    randomness: { uint32: () => 2 ** 32 - 1 },
    clock: {
      ...real.clock,
      elapsedMs: () => elapsed,
      sleep: async (delayMs) => {
        sleeps.push(Math.round(delayMs));
        elapsed += delayMs;
      },
    },
  };
  const lines: LogLine[] = [];
  const problems: unknown[] = [];
  const trouble = new Trouble<'reaching' | 'taking'>({
    context: 'billing',
    about: 'intake from ordering',
    host,
    logger: { log: (line) => lines.push(line) },
    policy: OUTAGE_POLICY,
    onProblem: (problem) => problems.push(problem),
  });
  const pass = (ms: number): void => void (elapsed += ms);
  return { trouble, sleeps, lines, problems, pass };
}

const running = new AbortController().signal;

test('each attempt waits longer than the one before, up to the bound', async () => {
  const { trouble, sleeps } = given();

  for (let attempt = 0; attempt < 9; attempt += 1)
    await trouble.failed('reaching', new Error('no'), running);

  assert.deepEqual(sleeps, [50, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
});

test('what worked for a while, or made progress, begins anew with a short wait', async () => {
  const { trouble, sleeps, pass } = given();
  for (let attempt = 0; attempt < 4; attempt += 1)
    await trouble.failed('reaching', new Error('no'), running);

  pass(OUTAGE_POLICY.delayMsMax + 1);
  await trouble.failed('reaching', new Error('no'), running);
  await trouble.failed('reaching', new Error('no'), running);
  trouble.progressed();
  await trouble.failed('reaching', new Error('no'), running);

  assert.deepEqual(sleeps.slice(4), [50, 100, 50]);
});

test('a trouble is told once, another one again, and its end once', async () => {
  const { trouble, lines, problems } = given();
  const disk = Object.assign(new Error('the disk is full'), { code: 'disk-full' });

  await trouble.failed('reaching', new TypeError('no'), running);
  await trouble.failed('reaching', new TypeError('no'), running);
  await trouble.failed('taking', disk, running);
  trouble.succeeded('reaching');
  const between = trouble.problem;
  trouble.succeeded('taking');
  trouble.succeeded('taking');

  assert.deepEqual(
    lines.map(({ event, code }) => [event, code]),
    [
      ['trouble', 'TypeError'],
      ['trouble', 'disk-full'],
      ['recovered', undefined],
    ],
  );
  assert.equal(between, disk);
  assert.equal(problems.length, 3);
  assert.equal(trouble.problem, undefined);
});

test('after a stop nothing is reported and nothing waited for', async () => {
  const { trouble, sleeps, lines } = given();

  await trouble.failed('reaching', new Error('closed'), AbortSignal.abort());

  assert.deepEqual([sleeps, lines], [[], []]);
});
