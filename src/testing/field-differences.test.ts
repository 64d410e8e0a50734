import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldDifferences, isSame } from './field-differences.ts';

test('what is different is told by the path to it', () => {
  const expected = { id: 'o-1', lines: [{ pence: 100 }, { pence: 200 }], to: { city: 'York' } };
  const actual = { id: 'o-1', lines: [{ pence: 100 }, { pence: 250 }, {}], to: null, at: 7 };

  assert.deepEqual(fieldDifferences(expected, actual), [
    'lines[1].pence: expected 200, was 250',
    'lines[2]: was {}, expected not to be there',
    'to: expected {"city":"York"}, was null',
    'at: was 7, expected not to be there',
  ]);
  assert.deepEqual(fieldDifferences({ to: 1 }, {}), ['to: expected 1, was not there']);
  assert.deepEqual(fieldDifferences([], {}), ['expected [], was {}']);
});

test('values are the same when they are the same JSON', () => {
  assert.ok(isSame({ a: 1, b: undefined }, Object.freeze({ a: 1 })));
  assert.ok(isSame({ a: 1 }, Object.assign(Object.create(null) as object, { a: 1 })));
  assert.ok(isSame(Number.NaN, Number.NaN));
  assert.ok(!isSame({ toString: 1 }, {}));
  assert.ok(!isSame('1', 1));
  assert.ok(!isSame(undefined, null));
});

test('a long value is cut', () => {
  const [line] = fieldDifferences({ note: 'x'.repeat(10_000) }, { note: '' });

  assert.match(line ?? '', /^note: expected "x+… \(10002 characters\), was ""$/);
  assert.ok((line ?? '').length < 300);
});
