import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldChanges } from './field-changes.ts';

test('a field is added, removed or changed, and told by the path to it', () => {
  const before = { id: 'o-1', lines: [{ pence: 100 }], note: 'soon' };
  const after = { id: 'o-1', lines: [{ pence: 250 }, {}], paidAt: null };

  assert.deepEqual(fieldChanges(before, after), [
    { path: 'lines[0].pence', kind: 'changed', before: 100, after: 250 },
    { path: 'lines[1]', kind: 'added', after: {} },
    { path: 'note', kind: 'removed', before: 'soon' },
    { path: 'paidAt', kind: 'added', after: null },
  ]);
  assert.deepEqual(fieldChanges('none', { a: 1 }), [
    { path: '', kind: 'changed', before: 'none', after: { a: 1 } },
  ]);
  assert.deepEqual(fieldChanges(before, structuredClone(before)), []);
});

test('an undefined property is not there, and an inherited one neither', () => {
  assert.deepEqual(fieldChanges({ a: undefined }, {}), []);
  assert.deepEqual(fieldChanges({}, { toString: 1 }), [
    { path: 'toString', kind: 'added', after: 1 },
  ]);
});
