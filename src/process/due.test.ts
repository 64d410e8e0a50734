import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dueAt } from './due.ts';

test('a timer is never due at a time that no date can hold', () => {
  const last = Date.parse('+275760-09-13T00:00:00.000Z');

  assert.equal(dueAt({ after: '5200 weeks' }, last - 1), last);
  assert.equal(dueAt({ after: '1 ms' }, last - 1), last);
});
