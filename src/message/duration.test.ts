import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Duration, InvalidDurationError, durationMs } from './duration.ts';

test('a duration is a number and a unit, in the singular or the plural', () => {
  const read = (['250 ms', '1 second', '30 minutes', '2 hours', '3 days', '1 week'] as const).map(
    (duration) => durationMs(duration),
  );

  assert.deepEqual(read, [250, 1_000, 1_800_000, 7_200_000, 259_200_000, 604_800_000]);
});

test('a part of a unit is a whole number of milliseconds', () => {
  assert.equal(durationMs('1.5 days'), 129_600_000);
  assert.equal(durationMs('0.0004 seconds'), 0);
  assert.equal(durationMs('0 days'), 0);
});

test('what is no duration is refused, with what was given and how to write it', () => {
  const bad = ['-3 days', '3days', '3', 'days', '', '3 months', '1e3 days', ' 3 days', '3  days'];
  for (const given of [...bad, 'NaN days', '3 toString', '3 days\n']) {
    assert.throws(
      () => durationMs(given as Duration),
      (error) =>
        error instanceof InvalidDurationError &&
        error.given === given &&
        error.message.startsWith(`${JSON.stringify(given)} is no duration.`),
    );
  }
  for (const given of [3, null, undefined, {}, 3n, '9'.repeat(100_000)])
    assert.throws(() => durationMs(given as Duration), InvalidDurationError);
});

test('more than 100 years are no duration: no date might hold what it leads to', () => {
  assert.equal(durationMs('36525 days'), 3_155_760_000_000);
  assert.throws(() => durationMs('36526 days'), InvalidDurationError);
});

test('only durations compile', () => {
  function neverRun() {
    durationMs('3 days');
    // @ts-expect-error -- no such unit
    durationMs('3 months');
    // @ts-expect-error -- no number
    durationMs('three days');
    // @ts-expect-error -- another form
    durationMs({ days: 3 });
  }

  assert.equal(typeof neverRun, 'function');
});
