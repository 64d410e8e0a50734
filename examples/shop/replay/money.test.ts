import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lineAmountPence, parsePriceMils, quantityMax, unitPriceMilsMax } from './money.ts';

test('a price of up to three decimal places becomes whole mils', () => {
  const prices = {
    '2.55': 2550,
    '2.1': 2100,
    '15': 15000,
    '0.001': 1,
    '0': 0,
    '0.00': 0,
    '1.': 1000,
  };
  for (const [text, mils] of Object.entries(prices)) assert.equal(parsePriceMils(text), mils);
});

test('a price below zero keeps its sign, and zero has none', () => {
  assert.equal(parsePriceMils('-11062.06'), -11_062_060);
  assert.ok(Object.is(parsePriceMils('-0'), 0));
});

test('zeros after the third place are no further places', () => {
  assert.equal(parsePriceMils('2.5500000'), 2550);
});

test('what is no decimal number of three places is no price', () => {
  for (const text of [
    '',
    ' ',
    '.',
    '.5',
    '1e3',
    '0x10',
    '2,55',
    '£2',
    '2.5551',
    'NaN',
    '9999999',
  ]) {
    assert.equal(parsePriceMils(text), undefined, JSON.stringify(text));
  }
});

test('half a penny is rounded away from zero, in both directions', () => {
  assert.equal(lineAmountPence(5, 1), 1);
  assert.equal(lineAmountPence(4, 1), 0);
  assert.equal(lineAmountPence(-5, 1), -1);
  assert.ok(Object.is(lineAmountPence(-4, 1), 0));
  assert.equal(lineAmountPence(3, 2115), 635);
});

test('an amount that binary fractions round down by mistake is right to the penny', () => {
  assert.equal(Math.round(1.005 * 100), 100);
  assert.equal(lineAmountPence(1, 1005), 101);
});

test('for every quantity and price the amount is the nearest penny, half away from zero', () => {
  const quantities = fc.integer({ min: -quantityMax, max: quantityMax });
  const prices = fc.integer({ min: -unitPriceMilsMax, max: unitPriceMilsMax });
  fc.assert(
    fc.property(quantities, prices, (quantity, mils) => {
      const exact = BigInt(quantity) * BigInt(mils);
      const size = ((exact < 0n ? -exact : exact) + 5n) / 10n;
      assert.equal(BigInt(lineAmountPence(quantity, mils)), exact < 0n ? -size : size);
    }),
  );
});

test('a price written in pounds and pence is read back as it was', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: unitPriceMilsMax }), (mils) => {
      const text = `${Math.trunc(mils / 1000)}.${String(mils % 1000).padStart(3, '0')}`;
      assert.equal(parsePriceMils(text), mils);
    }),
  );
});
