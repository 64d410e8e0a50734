import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FoundInstance } from '../../../../src/inspection/found-processes.ts';
import { statusField, statusOf } from './status-field.ts';

test('a field that is called a status is one, before all others', () => {
  const instances = [
    instance({ orderId: 'o-1', status: 'late' }),
    instance({ orderId: 'o-2', status: 'new' }),
  ];

  assert.equal(statusField(instances), 'status');
  assert.deepEqual(
    instances.map((each) => statusOf(each, 'status')),
    ['late', 'new'],
  );
});

test('a text of few different values among many is taken for one, an id is not', () => {
  const instances = Array.from({ length: 9 }, (_, index) =>
    instance({ orderId: `o-${index}`, waitsFor: index % 2 === 0 ? 'goods' : 'payment' }),
  );

  assert.equal(statusField(instances), 'waitsFor');
  assert.equal(statusField(instances.map(({ key }) => instance({ orderId: key }))), undefined);
});

test('what is hidden, or is no object, has none', () => {
  assert.equal(statusField([instance(null), instance(['late'])]), undefined);
  assert.equal(statusOf(instance(null), undefined), undefined);
});

let count = 0;

function instance(state: unknown): FoundInstance {
  count += 1;
  return {
    key: `k-${count}`,
    startedBy: 'r-1',
    stateVersion: 1,
    state,
    isHidden: state === null,
    timers: {},
  };
}
