import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collectBy } from './collect-by.ts';

test('a book waits for three days, to the hour, also where the clocks are changed', () => {
  assert.equal(collectBy('2026-02-27T09:00:00.000Z'), '2026-03-02T09:00:00.000Z');
  assert.equal(collectBy('2026-03-28T09:00:00.000Z'), '2026-03-31T09:00:00.000Z');
});
