import assert from 'node:assert/strict';
import type { Envelope } from '../../backbone/backbone.ts';
import { type Scene, type TestConsumer, ids } from './scene.ts';

/** All of them, those of a key in order where the backbone has one: what came again is no matter. */
export function assertInOrder(
  { backbone }: Scene,
  consumer: TestConsumer,
  messages: readonly Envelope[],
): void {
  assert.deepEqual(consumer.firstIds().toSorted(), ids(messages).toSorted());
  if (backbone.capabilities.order === 'none') return;
  for (const key of new Set(messages.map((message) => message.key)))
    assert.deepEqual(
      consumer.firstIds(key),
      ids(messages.filter((message) => message.key === key)),
      key,
    );
}
