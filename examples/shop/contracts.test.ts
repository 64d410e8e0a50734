import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Contract } from 'thereupon';
import * as billing from './billing/contracts.ts';
import * as customers from './customers/contracts.ts';
import * as fulfilment from './fulfilment/contracts.ts';
import * as inventory from './inventory/contracts.ts';
import * as ordering from './ordering/contracts.ts';

const contexts = { billing, customers, fulfilment, inventory, ordering };

test('a contract is named after its context and its export', () => {
  for (const [context, contracts] of Object.entries(contexts)) {
    for (const [name, contract] of Object.entries(contracts)) {
      assert.equal(contract.name, `${context}.${name}`);
      assert.notEqual(contract.documentation, '');
    }
  }
});

test('an order is all of what it must be, or it is not taken', () => {
  const placed = {
    orderId: '536365',
    customerId: null,
    name: null,
    address: null,
    country: 'France',
    lines: [{ productId: '85123A', quantity: 6 }],
    totalPence: 1530,
  };

  assert.deepEqual(problemsOf(ordering.OrderPlaced, placed), []);
  assert.deepEqual(problemsOf(ordering.OrderPlaced, { ...placed, totalPence: 15.3 }), [
    'totalPence',
  ]);
  assert.deepEqual(
    problemsOf(ordering.OrderPlaced, { ...placed, lines: [{ productId: '85123A', quantity: 0 }] }),
    ['lines.0.quantity'],
  );
});

test('an order of nothing but charges has no goods, and is an order', () => {
  const placed = {
    orderId: '536365',
    customerId: '17850',
    name: 'Ada',
    address: '1 High Street',
    country: 'France',
    lines: [],
    totalPence: 1800,
  };

  assert.deepEqual(problemsOf(ordering.OrderPlaced, placed), []);
});

// oxlint-disable-next-line no-explicit-any -- what a schema refuses has no type
function problemsOf(contract: Contract<string, any>, data: unknown): string[] {
  const result = contract.schema['~standard'].validate(data);
  assert.ok(!(result instanceof Promise));
  return (result.issues ?? []).map((issue) => (issue.path ?? []).map(String).join('.'));
}
