import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayOfMinute, isoOfMinute, parseWallClock, weekOfMinute } from './wall-clock.ts';

const minuteOf = (text: string) => parseWallClock(text) ?? assert.fail(`${text} is no time`);

test('a wall clock keeps its digits, whatever the time zone of the machine', () => {
  assert.equal(isoOfMinute(minuteOf('2010-12-01 08:26:00')), '2010-12-01T08:26:00.000Z');
  assert.equal(isoOfMinute(minuteOf('2011-07-01T23:59')), '2011-07-01T23:59:00.000Z');
});

test('seconds are dropped: the clock goes by minutes', () => {
  assert.equal(minuteOf('2010-12-01 08:26:59'), minuteOf('2010-12-01 08:26'));
});

test('a day or an hour that does not exist is no time', () => {
  for (const text of [
    '2011-02-29 10:00:00',
    '2011-13-01 10:00:00',
    '2011-04-31 10:00:00',
    '2011-04-30 24:00:00',
    '2011-04-30 10:60:00',
    '12/1/2010 8:26',
    '2011-04-30',
    '',
  ]) {
    assert.equal(parseWallClock(text), undefined, text);
  }
});

test('a week goes from Monday to Sunday and counts on over the new year', () => {
  const sunday = weekOfMinute(minuteOf('2010-12-26 23:59'));
  assert.equal(weekOfMinute(minuteOf('2010-12-20 00:00')), sunday);
  assert.equal(weekOfMinute(minuteOf('2010-12-27 00:00')), sunday + 1);
  assert.equal(weekOfMinute(minuteOf('2011-01-03 00:00')), sunday + 2);
});

test('a day ends at midnight', () => {
  const day = dayOfMinute(minuteOf('2010-12-01 23:59'));
  assert.equal(dayOfMinute(minuteOf('2010-12-02 00:00')), day + 1);
});
