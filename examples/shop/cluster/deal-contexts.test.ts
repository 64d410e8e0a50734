import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contexts } from '../contexts.ts';
import { dealContexts, PROCESSES_MAX } from './deal-contexts.ts';

test('six processes run a context each, a seventh is a second one of Inventory', () => {
  const names = contexts.map(({ name }) => [name]);

  assert.deepEqual(dealContexts(6), names);
  assert.deepEqual(dealContexts(7), [...names, ['inventory']]);
});

test('however many there are, each has something to run, and each context one or two', () => {
  for (let count = 1; count <= PROCESSES_MAX; count += 1) {
    const dealt = dealContexts(count);

    assert.equal(dealt.length, count);
    assert.ok(dealt.every((names) => names.length > 0));
    for (const { name } of contexts) {
      const times = dealt.flat().filter((each) => each === name).length;
      assert.ok(times === 1 || times === 2, `${name} is run ${times} times by ${count}`);
    }
  }
});
