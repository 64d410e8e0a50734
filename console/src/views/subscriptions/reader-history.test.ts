import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rateOf } from './reader-history.ts';

const at = (seconds: number, position: number | null) => ({
  atMs: seconds * 1_000,
  behind: 0,
  position,
});

test('a rate is how far the place moved a second, over the last half minute only', () => {
  assert.equal(rateOf([at(0, 0), at(100, 1_000), at(110, 1_050), at(120, 1_100)]), 5);
});

test('a reader without a place, or one that was seen but once, has no rate', () => {
  assert.equal(rateOf([at(0, null), at(10, null)]), undefined);
  assert.equal(rateOf([at(0, 7)]), undefined);
  assert.equal(rateOf([]), undefined);
});

test('a place that goes back, as after a restore, is no negative rate', () => {
  assert.equal(rateOf([at(0, 100), at(10, 0)]), 0);
});
