import { test } from 'node:test';
import { given } from 'thereupon/testing';
import * as adjustment from './adjustment.ts';
import type { AdjustmentCommand, AdjustmentLine } from './adjustment.ts';

test('an adjustment names each product once', () => {
  const twice = [
    { productId: '85123a', quantity: -2 },
    { productId: '85123A', quantity: -3 },
  ];

  given(adjustment)
    .when(record(twice))
    .then([
      {
        type: 'AdjustmentRecorded',
        data: { adjustmentId: '540010', lines: [{ productId: '85123A', quantity: -5 }] },
      },
    ]);
});

test('an adjustment is recorded once, and another one under its number is refused', () => {
  const lost = record([{ productId: '85123A', quantity: -5 }]);
  const found = record([{ productId: '85123A', quantity: 5 }]);
  const recorded = given(adjustment).after(lost);

  recorded.when(lost).thenNothing();
  recorded.when(found).thenRefused({ code: 'adjustment-recorded-differently' });
});

test('an adjustment without lines, or of parts of a unit, is refused', () => {
  const half = record([{ productId: 'CUP', quantity: 0.5 }]);

  given(adjustment).when(record([])).thenRefused({ code: 'adjustment-empty' });
  given(adjustment).when(half).thenRefused({ code: 'number-not-valid' });
});

function record(lines: readonly AdjustmentLine[]): AdjustmentCommand {
  return { type: 'RecordAdjustment', data: { adjustmentId: '540010', lines } };
}
