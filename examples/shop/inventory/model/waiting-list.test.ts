import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as waitingList from './waiting-list.ts';

const ada = { orderId: '1', until: '2011-12-19T10:00:00.000Z' };
const bob = { orderId: '2', until: '2011-12-20T09:00:00.000Z' };
const both = waitingList.joined(waitingList.joined(waitingList.initial, ada), bob);

test('an order waits for two weeks', () => {
  assert.equal(waitingList.waitsUntil('2011-12-05T10:00:00.000Z'), ada.until);
});

test('all are called in the order in which they joined, and wait no more', () => {
  const called = waitingList.allCalled(both, '2011-12-12T08:00:00.000Z');

  assert.deepEqual(called, { waiting: [], called: ['1', '2'] });
  assert.deepEqual(waitingList.joined(called, ada), { waiting: [ada], called: [] });
});

test('who has waited long enough already is not called for goods any more', () => {
  assert.deepEqual(waitingList.allCalled(both, ada.until), { waiting: [ada], called: ['2'] });
});

test('who has waited long enough is called, to the moment; the others wait on', () => {
  assert.deepEqual(waitingList.overdueCalled(both, '2011-12-19T09:59:59.999Z').called, []);
  assert.deepEqual(waitingList.overdueCalled(both, ada.until), { waiting: [bob], called: ['1'] });
  assert.deepEqual(waitingList.overdueCalled(both, bob.until).waiting, []);
});

test('the first time at which somebody has waited long enough may be anybody’s', () => {
  const late = waitingList.joined(waitingList.joined(waitingList.initial, bob), ada);

  assert.equal(waitingList.firstUntil(late), ada.until);
  assert.equal(waitingList.firstUntil(waitingList.initial), undefined);
});
