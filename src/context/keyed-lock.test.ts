import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyedLock } from './keyed-lock.ts';

test('those who want the same key go one after the other, in the order in which they came', async () => {
  const lock = new KeyedLock();
  const { steps, work } = recording();

  await Promise.all(['a', 'b', 'c'].map((name) => lock.run(['key'], work(name))));

  assert.deepEqual(steps, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});

test('who shares no key does not wait', async () => {
  const lock = new KeyedLock();
  const { steps, work } = recording();

  await Promise.all([lock.run(['one', 'two'], work('a')), lock.run(['three'], work('b'))]);

  assert.deepEqual(steps, ['a begins', 'b begins', 'a ends', 'b ends']);
});

test('several keys are taken together: whoever wants one of them waits, and nobody for ever', async () => {
  const lock = new KeyedLock();
  const { steps, work } = recording();

  await Promise.all([
    lock.run(['one'], work('a')),
    lock.run(['two', 'one'], work('b')),
    lock.run(['one', 'two'], work('c')),
  ]);

  assert.deepEqual(steps, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});

test('work that fails lets the next one go, and its failure goes to its own caller', async () => {
  const lock = new KeyedLock();
  const failure = new Error('no');

  const failing = lock.run(['key'], () => Promise.reject(failure));
  const next = lock.run(['key'], () => Promise.resolve('done'));

  await assert.rejects(failing, failure);
  assert.equal(await next, 'done');
});

function recording() {
  const steps: string[] = [];
  const work = (name: string) => async (): Promise<void> => {
    steps.push(`${name} begins`);
    await Promise.resolve();
    steps.push(`${name} ends`);
  };
  return { steps, work };
}
