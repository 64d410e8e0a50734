import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide, evolve, initial } from './customer.ts';
import type { CustomerCommand } from './customer.ts';

const ada = { customerId: '17850', name: 'Ada', address: '1 High Street', country: 'France' };
const register: CustomerCommand = { type: 'RegisterCustomer', data: ada };
const registered = decide(register, initial).reduce(evolve, initial);

test('a person is registered by the first order', () => {
  assert.deepEqual(decide(register, initial), [{ type: 'CustomerRegistered', data: ada }]);
});

test('the same details again change nothing', () => {
  assert.deepEqual(decide(register, registered), []);
});

test('other details are a change, and the newest count', () => {
  for (const changed of [{ name: 'Eve' }, { address: '2 High Street' }, { country: 'Spain' }]) {
    const moved: CustomerCommand = { type: 'RegisterCustomer', data: { ...ada, ...changed } };

    const events = decide(moved, registered);

    assert.deepEqual(events, [{ type: 'CustomerDetailsChanged', data: moved.data }]);
    assert.deepEqual(decide(moved, events.reduce(evolve, registered)), []);
  }
});
