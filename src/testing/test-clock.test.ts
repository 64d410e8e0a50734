import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestClock } from './test-clock.ts';

test('who waits is called in order of time, at one time in the order of coming', () => {
  const { clock, called } = clockWith([
    ['c', 30],
    ['a', 10],
    ['b', 10],
    ['now', 0],
    ['before', -5],
  ]);

  while (clock.nextAt !== undefined) clock.wakeNext();

  assert.deepEqual(called, ['now 1000', 'before 1000', 'a 1010', 'b 1010', 'c 1030']);
});

test('who gives up is not called, and giving up twice takes nobody else along', () => {
  const { clock, called, cancel } = clockWith([
    ['a', 10],
    ['b', 10],
  ]);

  cancel[0]?.();
  cancel[0]?.();
  while (clock.nextAt !== undefined) clock.wakeNext();

  assert.deepEqual(called, ['b 1010']);
});

test('time passes from wake-up to wake-up, and never goes back', () => {
  const clock = new TestClock(1_000);

  clock.moveTo(1_500);
  clock.moveTo(1_200);

  assert.equal(clock.now(), 1_500);
  assert.equal(clock.elapsedMs(), 500);
});

test('a sleep ends at its time, or when its signal aborts, and leaves nothing behind', async () => {
  const clock = new TestClock(0);
  const ended = new AbortController();

  const sleeping = Promise.all([
    clock.sleep(10),
    clock.sleep(60_000, ended.signal),
    clock.sleep(60_000, AbortSignal.abort()),
  ]);
  ended.abort();
  clock.wakeNext();
  await sleeping;

  assert.equal(clock.now(), 10);
  assert.equal(clock.nextAt, undefined);
});

test('turns are real ones, and are counted until they have come', async () => {
  const clock = new TestClock(0);

  const turn = clock.turn();
  assert.equal(clock.hasTurns, true);
  await turn;

  assert.equal(clock.hasTurns, false);
});

function clockWith(waits: readonly (readonly [name: string, delayMs: number])[]) {
  const clock = new TestClock(1_000);
  const called: string[] = [];
  const cancel = waits.map(([name, delayMs]) =>
    clock.after(delayMs, () => void called.push(`${name} ${clock.now()}`)),
  );
  return { clock, called, cancel };
}
