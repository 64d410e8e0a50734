import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namesWith, RabbitmqNameError } from './names.ts';

test('without names of one’s own they begin with the prefix', () => {
  const { exchange, queue } = namesWith('shop');

  assert.equal(exchange('ordering'), 'shop.ordering');
  assert.equal(queue('ordering', 'billing'), 'shop.ordering.billing');
});

test('names of one’s own take the place of those that they are given for', () => {
  const { exchange, queue } = namesWith('shop', { exchange: () => 'company.events' });

  assert.equal(exchange('ordering'), 'company.events');
  assert.equal(exchange('billing'), 'company.events');
  assert.equal(queue('ordering', 'billing'), 'shop.ordering.billing');
});

test('two who would take from one queue are refused, and the same one again is not', () => {
  const { queue } = namesWith('shop', { queue: (publisher) => `q.${publisher}` });
  queue('ordering', 'billing');

  assert.equal(queue('ordering', 'billing'), 'q.ordering');
  assert.throws(() => queue('ordering', 'shipping'), {
    name: 'RabbitmqNameError',
    retryable: false,
    wanted: 'q.ordering',
    message:
      /"q\.ordering" is the queue of "billing" for what "ordering" publishes, and also the queue of "shipping"/,
  });
});

for (const [what, name] of [
  ['an empty name', ''],
  ['nothing', undefined as unknown as string],
  ['a name that is too long for the server', 'ü'.repeat(128)],
  ['a name that the server keeps for itself', 'amq.topic'],
] as const)
  test(`${what} is refused`, () => {
    const { exchange, queue } = namesWith('shop', { exchange: () => name, queue: () => name });

    assert.throws(() => exchange('ordering'), RabbitmqNameError);
    assert.throws(() => queue('ordering', 'billing'), RabbitmqNameError);
  });
