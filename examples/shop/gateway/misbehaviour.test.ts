import assert from 'node:assert/strict';
import { test } from 'node:test';
import { behaviourFor } from './misbehaviour.ts';

test('of a year of orders 2 % are declined, 2 % answered late and 1 % lose the answer', () => {
  const counts = { answers: 0, declines: 0, 'answers-late': 0, 'loses-the-answer': 0 };
  for (let order = 536_365; order < 556_365; order++) counts[behaviourFor(String(order))]++;

  const share = (count: number) => Math.round((count / 20_000) * 1000) / 10;
  assert.ok(Math.abs(share(counts.declines) - 2) < 0.3, `declined ${share(counts.declines)} %`);
  assert.ok(Math.abs(share(counts['answers-late']) - 2) < 0.3);
  assert.ok(Math.abs(share(counts['loses-the-answer']) - 1) < 0.3);
});

test('an order fares the same in every run and on every machine', () => {
  const fares = ['536365', '536388', '536423', '536466'].map(behaviourFor);

  assert.deepEqual(fares, ['answers', 'answers', 'answers', 'answers']);
});
