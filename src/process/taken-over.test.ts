import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { start } from '../runtime/fixtures/start.ts';
import { MINUTE, order, place, shop } from './fixtures/deadlines.ts';
import { handClock } from './fixtures/hand-clock.ts';

test('whoever was taken over fires nothing more, and takes nothing from who came after', async (t) => {
  const store = memory();
  const [early, late] = [handClock(), handClock()];
  const stalled = Promise.withResolvers<void>();
  const first = await start(t, [shop], {
    store,
    host: { clock: early },
    onStalled: ({ subscription }) => subscription === 'timers' && stalled.resolve(),
  });
  await first.handle(order, 'o-1', place('o-1'));
  t.after(store.loseLease('shop'));

  const second = await start(t, [shop], { store, host: { clock: late } });
  early.advance(30 * MINUTE);

  await stalled.promise;
  late.advance(30 * MINUTE);
  await second.settled();
  const log = await store.reader('shop');
  const stream = await log.readStream('order/o-1', { limit: 10 });
  assert.deepEqual(
    stream.map(({ type }) => type),
    ['OrderPlaced', 'OrderCancelled'],
  );
});
