import assert from 'node:assert/strict';
import test from 'node:test';
import { systemClock } from '../host/clock.ts';
import type { Log } from '../log/log.ts';
import { silent } from '../telemetry/logger.ts';
import { DedupeWindow } from './dedupe-window.ts';

const HOUR_MS = 3_600_000;

test('what is older than the window is forgotten after a minute, and then once an hour', async () => {
  const { clock, pass } = handClock(10 * HOUR_MS);
  const forgotten: number[] = [];
  const log = { context: 'c', forget: async (before: number) => void forgotten.push(before) };
  const window = windowOver(log, clock);

  window.start();
  await pass(60_000);
  await pass(HOUR_MS);
  await window.stop();
  await pass(HOUR_MS);

  assert.deepEqual(forgotten, [9 * HOUR_MS + 60_000, 10 * HOUR_MS + 60_000]);
});

test('a store that cannot forget now is asked again an hour later', async () => {
  const { clock, pass } = handClock(0);
  let asked = 0;
  const forget = async (): Promise<void> => {
    asked += 1;
    throw new Error('the disk is full');
  };
  const window = windowOver({ context: 'c', forget }, clock);

  window.start();
  await pass(60_000);
  await pass(HOUR_MS);
  await window.stop();

  assert.equal(asked, 2);
});

function windowOver(log: Pick<Log, 'context' | 'forget'>, clock: ReturnType<typeof systemClock>) {
  return new DedupeWindow({ log: log as Log, clock, logger: silent, windowMs: HOUR_MS });
}

/** A clock that a test moves; one timer is all that it is asked for. */
function handClock(start: number) {
  let now = start;
  let due: { at: number; ring: () => void } | undefined;
  const clock = {
    ...systemClock(),
    now: () => now,
    after(delayMs: number, ring: () => void) {
      const timer = { at: now + delayMs, ring };
      due = timer;
      return () => {
        if (due === timer) due = undefined;
      };
    },
  };
  const pass = async (ms: number): Promise<void> => {
    now += ms;
    const timer = due;
    if (timer !== undefined && timer.at <= now) {
      due = undefined;
      timer.ring();
    }
    await systemClock().turn();
  };
  return { clock, pass };
}
