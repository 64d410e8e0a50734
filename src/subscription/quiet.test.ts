import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../host/fixtures/manual-clock.ts';
import { Quiet } from './quiet.ts';

test('what moves on and on is never quiet; what has stood still is, once', async () => {
  const clock = manualClock();
  let told = 0;
  const quiet = new Quiet(clock, 100, () => (told += 1));

  for (let moves = 0; moves < 50; moves += 1) {
    quiet.moved();
    await clock.advance(60);
  }
  assert.equal(told, 0);
  await clock.advance(200);
  assert.equal(told, 1);
  await clock.advance(10_000);
  assert.equal(told, 1);
});

test('what is stopped is not told of any more', async () => {
  const clock = manualClock();
  let told = 0;
  const quiet = new Quiet(clock, 100, () => (told += 1));
  quiet.moved();

  quiet.stop();
  await clock.advance(1_000);

  assert.equal(told, 0);
});
