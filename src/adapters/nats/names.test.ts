import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nats } from './nats-backbone.ts';
import { namesWith } from './names.ts';
import { NatsOptionError } from './nats-option-error.ts';

test('a prefix may have dots, which no stream has in its name', () => {
  const names = namesWith('my.app');

  assert.equal(names.stream('ordering'), 'my_app_ordering');
  assert.equal(names.subjects('ordering'), 'my.app.ordering.>');
  assert.equal(names.subject('ordering', 'ordering.OrderPlaced'), 'my.app.ordering.OrderPlaced');
});

for (const prefix of [
  '',
  ' ',
  'my app',
  'my.',
  '.app',
  'my..app',
  'a*',
  '>',
  '$JS',
  'a/b',
  'a\n',
  'x'.repeat(101),
])
  test(`the prefix ${JSON.stringify(prefix).slice(0, 20)} is refused when the backbone is made`, () => {
    assert.throws(
      () => nats({ prefix }),
      (error) => error instanceof NatsOptionError && error.option === 'prefix',
    );
  });

test('whatever contracts are called, no two share a subject, and no two contexts a stream', () => {
  const names = namesWith('shop');
  const types = ['ordering.Placed', 'Placed', 'ordering.größe', 'a b', 'other.Placed', '=.Placed'];

  const subjects = types.map((type) => names.subject('ordering', type));

  assert.equal(new Set(subjects).size, types.length);
  assert.notEqual(names.stream('a.b'), names.stream('a_b'));
});

test('what has a name of its own has it, and what is left out follows', () => {
  const names = namesWith('shop', {
    stream: (publisher) => publisher.toUpperCase(),
    subjects: (publisher) => `acme.${publisher}.*`,
  });

  assert.equal(names.stream('ordering'), 'ORDERING');
  assert.equal(names.subjects('ordering'), 'acme.ordering.*');
  assert.equal(names.subject('ordering', 'ordering.OrderPlaced'), 'acme.ordering.OrderPlaced');
});

for (const [option, own] of [
  ['names.stream', { stream: () => 'my.orders' }],
  ['names.stream', { stream: () => 'x'.repeat(256) }],
  ['names.stream', { stream: (): string => ({}) as string }],
  ['names.subjects', { subjects: () => 'orders..>' }],
  ['names.subjects', { subjects: () => 'my orders.>' }],
  ['names.subject', { subject: () => 'elsewhere.placed' }],
  ['names.subject', { subject: () => 'shop.ordering.>' }],
  ['names.subject', { subjects: () => 'orders.one' }],
] as const)
  test(`${option} that gives ${JSON.stringify(Object.values(own)[0]?.()).slice(0, 30)} is refused`, () => {
    const names = namesWith('shop', own);

    assert.throws(
      () => [
        names.stream('ordering'),
        names.subjects('ordering'),
        names.subject('ordering', 'ordering.OrderPlaced'),
      ],
      (error) => error instanceof NatsOptionError && error.option === option,
    );
  });
