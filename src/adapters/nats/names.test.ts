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

test('whatever a context and a contract are called, no two share a name, and the contract is found by its subject', () => {
  const names = namesWith('shop');
  const types = ['ordering.Placed', 'Placed', 'ordering.größe', 'a b', 'other.Placed', '=.Placed'];

  const subjects = types.map((type) => names.subject('ordering', type));

  assert.equal(new Set(subjects).size, types.length);
  assert.deepEqual(
    subjects.map((subject) => names.typeOf('ordering', subject)),
    types,
  );
  assert.notEqual(names.stream('a.b'), names.stream('a_b'));
});
