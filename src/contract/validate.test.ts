import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { contract } from './contract.ts';
import { ContractViolationError, assertFits } from './validate.ts';

interface Registered {
  readonly customerId: string;
  readonly name: string;
}

test('data that does not fit is refused, each field named', () => {
  const violated = violation([
    { message: 'expected string', path: ['customerId'] },
    { message: 'expected number', path: ['lines', { key: 0 }, 'quantity'] },
  ]);

  assert.deepEqual(violated.problems, [
    'customerId: expected string',
    'lines.0.quantity: expected number',
  ]);
  assert.match(violated.message, /"customers\.Registered" version 1: customerId: expected string/);
});

test('what a schema says of a personal field is not repeated, as it may quote it', () => {
  const violated = violation([
    { message: 'Expected number but received "Ada"', path: ['name'] },
    { message: 'Ada is not welcome' },
    { message: 'expected string', path: ['customerId'] },
  ]);

  assert.doesNotMatch(`${violated.message}${violated.problems.join()}`, /Ada/);
  assert.match(violated.message, /name: does not fit.*customerId: expected string/);
});

test('a schema that waits is refused', () => {
  assert.throws(() => assertFits(registered(Promise.resolve({ issues: [] })), {}), {
    code: 'contract-violation',
    message: /use a synchronous schema/,
  });
});

test('what the schema makes of the data is not taken', () => {
  const data = { customerId: 'c-1', name: 'Ada' };

  assertFits(registered({ value: { customerId: 'C-1', name: 'ADA' } }), data);

  assert.deepEqual(data, { customerId: 'c-1', name: 'Ada' });
});

function violation(issues: readonly StandardSchemaV1.Issue[]): ContractViolationError {
  try {
    assertFits(registered({ issues }), {});
  } catch (error) {
    if (error instanceof ContractViolationError) return error;
    throw error;
  }
  return assert.fail('It was not refused.');
}

type Answer = ReturnType<StandardSchemaV1<Registered>['~standard']['validate']>;

function registered(answer: Answer) {
  return contract('customers.Registered', {
    version: 1,
    schema: {
      '~standard': { version: 1, vendor: 'test', validate: () => answer },
    } as StandardSchemaV1<Registered, Registered>,
    key: (data) => data.customerId,
    personal: ['name'],
  });
}
