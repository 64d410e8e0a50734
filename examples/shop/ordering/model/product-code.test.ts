import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isChargeCode, productCode } from './product-code.ts';

test('codes that differ only by letter case are one code', () => {
  assert.equal(productCode(' 85123a '), productCode('85123A'));
});

test('postage, fees and vouchers are charges, goods are not', () => {
  for (const code of ['POST', 'dot', 'Bank Charges', 'gift_0001_20', 'AMAZONFEE']) {
    assert.ok(isChargeCode(code), code);
  }
  for (const code of ['85123A', '22423', 'POSTCARD', 'GIFT']) assert.ok(!isChargeCode(code), code);
});
