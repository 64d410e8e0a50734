import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ahead } from './ahead.ts';
import type { AmqpMessage } from './amqp-client.ts';

const MEGABYTE = 1_048_576;

test('small messages are all kept', () => {
  const ahead = new Ahead();

  come(ahead, 256, 200);

  assert.equal(ahead.take(1_000).length, 256);
  assert.equal(ahead.isOver, false);
  assert.equal(ahead.isEmpty, true);
});

test('large messages are kept up to a bound, and the queue is read anew for the rest', () => {
  const ahead = new Ahead();

  come(ahead, 100, MEGABYTE);

  assert.equal(takeAll(ahead), 64);
  assert.equal(ahead.isOver, true);
  ahead.goOn();
  assert.equal(ahead.isOver, false);
  assert.equal(ahead.isEmpty, false);
  come(ahead, 36, MEGABYTE);
  assert.equal(takeAll(ahead), 36);
  assert.equal(ahead.isOver, false);
  assert.equal(ahead.isEmpty, true);
});

test('what was let go is not waited for once it is known that it does not come again', () => {
  const ahead = new Ahead();
  come(ahead, 2, 40 * MEGABYTE);
  takeAll(ahead);

  ahead.hasNoMore();
  assert.equal(ahead.isEmpty, false, 'the queue is not read anew yet');
  ahead.goOn();
  ahead.hasNoMore();

  assert.equal(ahead.isEmpty, true);
});

test('nothing passes what was let go, though there would be room for it', () => {
  const ahead = new Ahead();
  come(ahead, 2, 40 * MEGABYTE);

  come(ahead, 1, 200);
  assert.equal(takeAll(ahead), 1);
  come(ahead, 1, 200);

  assert.equal(ahead.isReady, false);
  assert.equal(ahead.isOver, true);
});

test('a message that is larger than the bound comes alone', () => {
  const ahead = new Ahead();

  come(ahead, 2, 100 * MEGABYTE);

  assert.equal(takeAll(ahead), 1);
  assert.equal(ahead.isOver, true);
});

test('large messages are given out a few at a time', () => {
  const ahead = new Ahead();
  come(ahead, 16, MEGABYTE);

  assert.equal(ahead.take(256).length, 4);
});

function come(ahead: Ahead, count: number, bytes: number): void {
  const message = { content: { length: bytes } } as AmqpMessage;
  for (let number = 0; number < count; number += 1) ahead.come(message);
}

function takeAll(ahead: Ahead): number {
  let taken = 0;
  while (ahead.isReady) taken += ahead.take(256).length;
  return taken;
}
