import assert from 'node:assert/strict';
import { test } from 'node:test';
import { areAllSlots } from './assignment.ts';

test('parts are all slots when none lies between them, whichever comes first', () => {
  const half = { first: 0, last: 127 };
  const other = { first: 128, last: 255 };

  assert.equal(areAllSlots([other, half]), true);
  assert.equal(areAllSlots([half, { first: 100, last: 255 }]), true);
  assert.equal(areAllSlots([{ first: 0, last: 255 }, half]), true);
  assert.equal(areAllSlots([half, { first: 129, last: 255 }]), false);
  assert.equal(areAllSlots([half]), false);
  assert.equal(areAllSlots([other]), false);
  assert.equal(areAllSlots([]), false);
});
