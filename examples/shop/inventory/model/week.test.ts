import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginningOf, weekOf } from './week.ts';

test('a week begins with the first minute of Monday', () => {
  assert.equal(weekOf('2010-12-06T00:00:00Z'), weekOf('2010-12-12T23:59:59Z'));
  assert.equal(weekOf('2010-12-05T23:59:00Z') + 1, weekOf('2010-12-06T00:00:00Z'));
});

test('the week of 1 January 1970 is week 0', () => {
  assert.equal(weekOf('1970-01-01T00:00:00Z'), 0);
  assert.equal(weekOf('1970-01-05T00:00:00Z'), 1);
});

test('weeks count on over the end of a year', () => {
  assert.equal(weekOf('2010-12-27T09:00:00Z') + 1, weekOf('2011-01-03T09:00:00Z'));
});

test('what is no time is refused', () => {
  assert.throws(() => weekOf('last Tuesday'), /is no time/);
});

test('a week begins on Monday at midnight', () => {
  assert.equal(beginningOf(weekOf('2011-12-09T12:50:00.000Z')), '2011-12-05T00:00:00.000Z');
});
