import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineAmountPence } from './money.ts';

test('a line is quantity times price, rounded to whole pence once', () => {
  assert.equal(lineAmountPence(6, 2550), 1530);
  assert.equal(lineAmountPence(3, 1), 0);
  assert.equal(lineAmountPence(4999, 1), 500);
});

test('half a penny is rounded away from zero, in both directions', () => {
  assert.equal(lineAmountPence(5, 1), 1);
  assert.equal(lineAmountPence(-5, 1), -1);
  assert.equal(lineAmountPence(4, 1), 0);
});
