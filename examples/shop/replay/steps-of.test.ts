import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Happening } from './happening.ts';
import { stepsOf } from './steps-of.ts';

test('orders of a minute go in together, and prices along with them', () => {
  assert.deepEqual(kinds('price-listing', 'order', 'order'), [['price-listing', 'order', 'order']]);
});

test('a week is restocked before anything is ordered', () => {
  assert.deepEqual(kinds('week-restock', 'price-listing', 'order'), [
    ['week-restock', 'price-listing'],
    ['order'],
  ]);
});

test('a return waits for what came before it, and what comes after waits for the return', () => {
  assert.deepEqual(kinds('order', 'return', 'return', 'order'), [
    ['order'],
    ['return'],
    ['return'],
    ['order'],
  ]);
});

test('an adjustment waits for the orders before it', () => {
  assert.deepEqual(kinds('order', 'adjustment', 'order'), [['order'], ['adjustment'], ['order']]);
});

function kinds(...asked: readonly Happening['kind'][]): Happening['kind'][][] {
  const happenings = asked.map((kind) => ({ kind }) as Happening);
  return stepsOf(happenings).map((step) => step.map(({ kind }) => kind));
}
