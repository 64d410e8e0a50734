import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide, evolve, initial } from './return-request.ts';
import type { ReturnRequest, ReturnRequestCommand } from './return-request.ts';

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
  assert.equal(after(request).status, 'requested');
  assert.equal(after(request, settle).status, 'settled');
});

test('the same request or settlement again changes nothing', () => {
  assert.deepEqual(decide(request, after(request)), []);
  assert.deepEqual(decide(request, after(request, settle)), []);
  assert.deepEqual(decide(settle, after(request, settle)), []);
});

test('another return under the same number is refused', () => {
  const guest: ReturnRequestCommand = {
    type: 'RequestReturn',
    data: { returnId, customerId: null, lines },
  };

  assert.throws(() => decide(guest, after(request)), { code: 'return-requested-differently' });
});

test('a settlement accounts for each unit that was requested', () => {
  const lost: ReturnRequestCommand = {
    type: 'SettleReturn',
    data: { ...settle.data, refused: [] },
  };

  assert.throws(() => decide(lost, after(request)), { code: 'return-settled-differently' });
  assert.throws(() => decide(settle, initial), { code: 'return-unknown' });
});

test('a return without lines, or of less than a unit, is refused', () => {
  const of = (some: typeof lines): ReturnRequestCommand => ({
    type: 'RequestReturn',
    data: { returnId, customerId: '14527', lines: some },
  });

  assert.throws(() => decide(of([]), initial), { code: 'return-empty' });
  assert.throws(() => decide(of([{ productId: 'CUP', quantity: 0 }]), initial), {
    code: 'number-not-valid',
  });
});

function after(...commands: ReturnRequestCommand[]): ReturnRequest {
  return commands.reduce((state, command) => decide(command, state).reduce(evolve, state), initial);
}
