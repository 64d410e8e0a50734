import assert from 'node:assert/strict';
import { test } from 'node:test';
import { takesIn } from './subjects.ts';

for (const [wide, narrow, expected] of [
  ['a.b', 'a.b', true],
  ['a.>', 'a.b', true],
  ['a.>', 'a.b.>', true],
  ['a.>', 'a.*', true],
  ['>', 'a.b', true],
  ['a.*', 'a.b', true],
  ['a.*', 'a.*', true],
  ['a.*.>', 'a.b.c.>', true],
  ['a.*', 'a.>', false],
  ['a.*', 'a.b.c', false],
  ['a.b', 'a.*', false],
  ['a.b', 'a.b.c', false],
  ['a.b.c', 'a.b', false],
  ['a.>', 'a', false],
  ['a.b.>', 'a.>', false],
] as const)
  test(`${wide} ${expected ? 'takes in' : 'does not take in'} ${narrow}`, () => {
    assert.equal(takesIn(wide, narrow), expected);
  });
