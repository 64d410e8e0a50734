import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { boundedContext } from '../context/bounded-context.ts';
import { contract } from '../contract/contract.ts';
import { whenever } from '../reaction/whenever.ts';
import { listenersTo, publishersOf } from './context-map.ts';

const schema = z.object({ id: z.string() });
const placed = contract('ordering.Placed', { version: 1, schema, key: ({ id }) => id });
const paid = contract('bank.Paid', { version: 1, schema, key: ({ id }) => id, origin: 'external' });

const ordering = boundedContext('ordering', { publishes: [placed] });
const billing = boundedContext('billing', {
  reactions: [
    whenever('bill', placed, () => undefined),
    whenever('book', paid, () => undefined, { startFrom: 'now' }),
  ],
});
const watching = boundedContext('watching', {
  reactions: [whenever('watch', placed, () => undefined, { startFrom: 'now' })],
});
const map = [ordering, billing, watching];

test('who listens to a context must miss nothing of it, unless all of them begin now', () => {
  assert.deepEqual(listenersTo('ordering', map), [
    { consumer: 'billing', source: 'ordering', contracts: ['ordering.Placed'] },
  ]);
  assert.deepEqual(listenersTo('bank', map), []);
});

test('all contexts may publish, and whoever else is listened to', () => {
  assert.deepEqual(publishersOf(map), ['ordering', 'billing', 'watching', 'bank']);
});
