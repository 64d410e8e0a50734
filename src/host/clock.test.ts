import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from './clock.ts';

test('a time without end is waited for without end, and can be cancelled', async () => {
  const clock = systemClock();
  const called: string[] = [];

  const cancels = [Number.POSITIVE_INFINITY, 2 ** 31, 2 ** 40].map((delayMs) =>
    clock.after(delayMs, () => called.push(String(delayMs))),
  );
  await clock.sleep(30);
  for (const cancel of cancels) cancel();

  assert.deepEqual(called, []);
});

test('a sleep ends when its signal aborts', async () => {
  const clock = systemClock();
  const stop = new AbortController();
  clock.after(5, () => stop.abort());
  const began = clock.elapsedMs();

  await clock.sleep(10_000, stop.signal);

  assert.ok(clock.elapsedMs() - began < 5_000);
});
