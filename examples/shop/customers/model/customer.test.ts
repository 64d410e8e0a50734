import { test } from 'node:test';
import { given } from 'thereupon/testing';
import * as customer from './customer.ts';
import type { CustomerCommand } from './customer.ts';

const ada = { customerId: '17850', name: 'Ada', address: '1 High Street', country: 'France' };
const register: CustomerCommand = { type: 'RegisterCustomer', data: ada };

test('a person is registered by the first order', () => {
  given(customer)
    .when(register)
    .then([{ type: 'CustomerRegistered', data: ada }]);
});

test('the same details again change nothing', () => {
  given(customer).after(register).when(register).thenNothing();
});

test('other details are a change, and the newest count', () => {
  for (const changed of [{ name: 'Eve' }, { address: '2 High Street' }, { country: 'Spain' }]) {
    const data = { ...ada, ...changed };
    const move: CustomerCommand = { type: 'RegisterCustomer', data };

    given(customer)
      .after(register)
      .when(move)
      .then([{ type: 'CustomerDetailsChanged', data }]);
    given(customer).after(register, move).when(move).thenNothing();
  }
});
