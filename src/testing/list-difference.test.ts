import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listDifference } from './list-difference.ts';

test('what is in both lists stays, and as little as possible is missing or unexpected', () => {
  assert.equal(difference('abc', 'abc'), 'a b c');
  assert.equal(difference('abc', 'ac'), 'a -b c');
  assert.equal(difference('ac', 'abc'), 'a +b c');
  assert.equal(difference('abcd', 'bdx'), '-a b -c d +x');
  assert.equal(difference('', 'a'), '+a');
  assert.equal(difference('a', ''), '-a');
  assert.equal(difference('ab', 'ba'), '-a b +a');
});

test('lists too long to be aligned are shown one after the other, but for how they begin', () => {
  const long = Array.from({ length: 2_011 }, (_, index) => index);

  const same = listDifference(long, long, Object.is);
  const different = listDifference(long, [...long.slice(0, 10), -1, ...long.slice(10)], Object.is);

  assert.ok(same.every(({ kind }) => kind === 'same'));
  assert.equal(different.length, 10 + 2_001 + 2_002);
});

function difference(expected: string, actual: string): string {
  return listDifference(expected.split(''), actual.split(''), Object.is)
    .map((step) => {
      if (step.kind === 'same') return step.actual;
      return step.kind === 'missing' ? `-${step.expected}` : `+${step.actual}`;
    })
    .join(' ');
}
