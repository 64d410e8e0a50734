import assert from 'node:assert/strict';
import { test } from 'node:test';
import { given } from 'thereupon/testing';
import * as returnRequest from './return-request.ts';
import type { ReturnRequestCommand } from './return-request.ts';

const returnId = 'C536379';
const lines = [{ productId: '85123A', quantity: 3 }];
const request: ReturnRequestCommand = {
  type: 'RequestReturn',
  data: { returnId, customerId: '14527', lines },
};
const settle: ReturnRequestCommand = {
  type: 'SettleReturn',
  data: {
    returnId,
    matched: [{ orderId: '536365', lines: [{ productId: '85123A', quantity: 2 }] }],
    refused: [{ productId: '85123A', quantity: 1, reason: 'bought-fewer' }],
  },
};

test('a return is requested, then settled', () => {
  assert.equal(given(returnRequest).after(request).state.status, 'requested');
  assert.equal(given(returnRequest).after(request, settle).state.status, 'settled');
});

test('the same request or settlement again changes nothing', () => {
  given(returnRequest).after(request).when(request).thenNothing();
  given(returnRequest).after(request, settle).when(request).thenNothing();
  given(returnRequest).after(request, settle).when(settle).thenNothing();
});

test('another return under the same number is refused', () => {
  const guest: ReturnRequestCommand = {
    type: 'RequestReturn',
    data: { returnId, customerId: null, lines },
  };

  given(returnRequest)
    .after(request)
    .when(guest)
    .thenRefused({ code: 'return-requested-differently' });
});

test('a settlement accounts for each unit that was requested', () => {
  const lost: ReturnRequestCommand = {
    type: 'SettleReturn',
    data: { ...settle.data, refused: [] },
  };

  given(returnRequest)
    .after(request)
    .when(lost)
    .thenRefused({ code: 'return-settled-differently' });
  given(returnRequest).when(settle).thenRefused({ code: 'return-unknown' });
});

test('a return without lines, or of less than a unit, is refused', () => {
  const of = (some: typeof lines): ReturnRequestCommand => ({
    type: 'RequestReturn',
    data: { returnId, customerId: '14527', lines: some },
  });

  given(returnRequest).when(of([])).thenRefused({ code: 'return-empty' });
  given(returnRequest)
    .when(of([{ productId: 'CUP', quantity: 0 }]))
    .thenRefused({ code: 'number-not-valid' });
});
