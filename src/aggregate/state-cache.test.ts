import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StateCache } from './state-cache.ts';

test('a state is kept until a newer one is, and never replaced by an older one', () => {
  const cache = new StateCache(4);

  cache.keep('a', at(2));
  cache.keep('a', at(1));
  assert.equal(cache.get('a')?.version, 2);
  cache.keep('a', at(3));

  assert.equal(cache.get('a')?.version, 3);
});

test('what is used stays, what was not used for long is forgotten', () => {
  const cache = new StateCache(4);

  for (const stream of ['a', 'b', 'c', 'd', 'e', 'f']) {
    cache.keep(stream, at(1));
    cache.get('a');
  }

  assert.equal(cache.get('a')?.version, 1);
  assert.equal(cache.get('f')?.version, 1);
  assert.equal(cache.get('b'), undefined);
});

test('never more states are held than it may', () => {
  const cache = new StateCache(10);
  const streams = Array.from({ length: 100 }, (_, index) => `s-${index}`);

  for (const stream of streams) cache.keep(stream, at(1));

  assert.ok(streams.filter((stream) => cache.get(stream) !== undefined).length <= 10);
});

test('what is dropped is gone, also when it was not used for a while', () => {
  const cache = new StateCache(4);
  for (const stream of ['a', 'b', 'c']) cache.keep(stream, at(1));

  cache.drop('a');
  cache.drop('c');

  assert.deepEqual(
    ['a', 'b', 'c'].map((stream) => cache.get(stream)?.version),
    [undefined, 1, undefined],
  );
});

function at(version: number) {
  return { state: {}, version };
}
