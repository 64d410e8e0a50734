import { test } from 'node:test';
import { actions } from 'thereupon';
import { given } from 'thereupon/testing';
import { reservation } from './aggregates.ts';
import { backOrders } from './back-orders.ts';

const { command, setTimer, complete } = actions;
const lines = [{ productId: 'MUG', quantity: 500 }];
const missing = [{ productId: 'MUG', asked: 500, available: 480 }];
const fellShort = (orderId: string, until: string) =>
  ({ type: 'GoodsBackOrdered', data: { orderId, lines, missing, until } }) as const;
const ada = fellShort('1', '2026-01-15T00:00:00.000Z');
const bob = fellShort('2', '2026-01-16T00:00:00.000Z');
const restocked = { type: 'RestockRoundEnded', data: { week: 2923 } } as const;
const restockedLate = { ...restocked, occurredAt: '2026-01-15T08:00:00.000Z' };
const askAgain = (orderId: string) =>
  command(reservation, orderId, { type: 'AskAgain', data: { orderId } });
const giveUp = (orderId: string) =>
  command(reservation, orderId, { type: 'GiveUp', data: { orderId } });

test('after a restock all that wait are asked for again, first come, first served', () => {
  given(backOrders, [ada, bob])
    .when(restocked)
    .then([askAgain('1'), askAgain('2'), complete()]);
});

test('who falls short again waits again, for no longer than before', () => {
  given(backOrders, [bob, restocked])
    .when(bob)
    .then([setTimer('BackOrderOverdue', { at: bob.data.until })])
    .when(restocked)
    .then([askAgain('2'), complete()]);
});

test('who has waited long enough is given up, each in its time', () => {
  given(backOrders, [ada, bob])
    .after('14 days')
    .then([giveUp('1'), setTimer('BackOrderOverdue', { at: bob.data.until })])
    .after('1 day')
    .then([giveUp('2'), complete()]);
});

test('a restock that comes too late for somebody is for the others', () => {
  given(backOrders, [ada, bob])
    .when(restockedLate)
    .then([askAgain('2'), setTimer('BackOrderOverdue', { at: ada.data.until })]);
});

test('whoever has less time left than all before sets the timer', () => {
  given(backOrders, [bob])
    .when(ada)
    .then([setTimer('BackOrderOverdue', { at: ada.data.until })]);
  given(backOrders, [ada]).when(bob).thenNothing();
});

test('a restock means nothing when nobody waits', () => {
  given(backOrders, [ada, restocked]).when(restocked).thenNothing();
});
