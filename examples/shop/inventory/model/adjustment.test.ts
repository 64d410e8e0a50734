import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide, evolve, initial } from './adjustment.ts';
import type { AdjustmentCommand, AdjustmentLine } from './adjustment.ts';

test('an adjustment names each product once', () => {
  const twice = [
    { productId: '85123a', quantity: -2 },
    { productId: '85123A', quantity: -3 },
  ];

  assert.deepEqual(decide(record(twice), initial), [
    {
      type: 'AdjustmentRecorded',
      data: { adjustmentId: '540010', lines: [{ productId: '85123A', quantity: -5 }] },
    },
  ]);
});

test('an adjustment is recorded once, and another one under its number is refused', () => {
  const lost = record([{ productId: '85123A', quantity: -5 }]);
  const recorded = decide(lost, initial).reduce(evolve, initial);

  assert.deepEqual(decide(lost, recorded), []);
  assert.throws(() => decide(record([{ productId: '85123A', quantity: 5 }]), recorded), {
    code: 'adjustment-recorded-differently',
  });
});

test('an adjustment without lines, or of parts of a unit, is refused', () => {
  assert.throws(() => decide(record([]), initial), { code: 'adjustment-empty' });
  assert.throws(() => decide(record([{ productId: 'CUP', quantity: 0.5 }]), initial), {
    code: 'number-not-valid',
  });
});

function record(lines: readonly AdjustmentLine[]): AdjustmentCommand {
  return { type: 'RecordAdjustment', data: { adjustmentId: '540010', lines } };
}
