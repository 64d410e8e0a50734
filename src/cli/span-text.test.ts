import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spanText } from './span-text.ts';

test('a span is said in milliseconds while it is short, and then in two units at most', () => {
  const spans = [
    0, 9_999, 10_000, 65_000, 3_600_000, 259_200_000, 259_212_000, 262_860_000, -90_000,
  ];

  assert.deepEqual(spans.map(spanText), [
    '0 ms',
    '9999 ms',
    '10 s',
    '1 min 5 s',
    '1 h',
    '3 d',
    '3 d',
    '3 d 1 h',
    '-1 min 30 s',
  ]);
});
