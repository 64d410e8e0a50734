import assert from 'node:assert/strict';
import { test } from 'node:test';
import { editedOf } from './edited-data.ts';

const original = { orderId: 'o-1', email: '[personal]', pence: 100 };

test('a copy that says the same is no edit, however it is indented', () => {
  assert.deepEqual(editedOf(original, JSON.stringify(original, null, 4)), { kind: 'same' });
});

test('a copy that says something else is taken as it was typed', () => {
  const edited = editedOf(original, '{"orderId":"o-1","email":"[personal]","pence":250}');

  assert.deepEqual(edited, { kind: 'edited', data: { ...original, pence: 250 } });
});

test('what is no JSON is refused while it is typed', () => {
  assert.equal(editedOf(original, '{"orderId":').kind, 'wrong');
});

test('what is masked cannot be changed, nor left out, by who may not see it', () => {
  const changed = editedOf(original, '{"orderId":"o-1","email":"a@example.org","pence":1}');
  const leftOut = editedOf(original, '{"orderId":"o-1","pence":1}');

  for (const edited of [changed, leftOut]) {
    assert.equal(edited.kind, 'wrong');
    assert.match(edited.kind === 'wrong' ? edited.why : '', /email/);
  }
});
