import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { memory } from '../adapters/memory/memory-store.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { contract } from '../contract/contract.ts';
import { happened } from '../reaction/source.ts';
import { whenever } from '../reaction/whenever.ts';
import { openedStore, settledOrParked, start } from '../runtime/fixtures/start.ts';
import type { Due } from './due.ts';
import { MINUTE, order, place } from './fixtures/deadlines.ts';
import { handClock } from './fixtures/hand-clock.ts';

const ReviewInvited = contract('shop.ReviewInvited', {
  version: 1,
  schema: z.object({ orderId: z.string().max(5) }),
  key: (data) => data.orderId,
});

test('a message is published at its time, as caused by what scheduled it', async (t) => {
  const { app, clock, seen, records } = await begin(t, { after: '2 hours' });
  await app.handle(order, 'o-1', place('o-1'), { correlationId: 'action-1' });
  const { timers } = await app.settled({ correlationId: 'action-1' });

  clock.advance(120 * MINUTE - 1);
  await app.settled();
  const before = [...seen];
  clock.advance(1);
  await app.settled({ correlationId: 'action-1' });

  assert.deepEqual(
    timers.map(({ kind, owner, key, due }) => [kind, owner, key, due]),
    [['message', 'shop.ReviewInvited', 'o-1', '2026-05-01T14:00:00.000Z']],
  );
  assert.deepEqual(before, []);
  assert.deepEqual(seen, [{ orderId: 'o-1', occurredAt: '2026-05-01T14:00:00.000Z' }]);
  const [placed, invited] = await records();
  assert.equal(invited?.causationId, placed?.id);
  assert.equal(invited?.correlationId, 'action-1');
});

test('a time that is past is at once; one that is none is parked', async (t) => {
  const past = await begin(t, { at: '2011-12-09T12:50:00.000Z' });
  await past.app.handle(order, 'o-1', place('o-1'));
  await past.app.settled();
  const wrong = await begin(t, { after: 'soon' as '1 day' });
  await wrong.app.handle(order, 'o-1', place('o-1'));
  await settledOrParked(wrong.app);

  assert.equal(past.seen.length, 1);
  assert.equal((await wrong.app.parked())[0]?.error?.code, 'invalid-duration');
});

test('what does not fit its contract is refused when it is scheduled, not at its time', async (t) => {
  const { app } = await begin(t, { after: '2 hours' });

  await app.handle(order, 'order-1', place('order-1'));
  await settledOrParked(app);

  assert.equal((await app.parked())[0]?.error?.code, 'contract-violation');
  assert.deepEqual(await app.timers(), []);
});

async function begin(t: Parameters<typeof start>[0], due: Due) {
  const clock = handClock();
  const store = openedStore(memory());
  const seen: { orderId: string; occurredAt: string }[] = [];
  const shop = boundedContext('shop', {
    aggregates: [order],
    publishes: [ReviewInvited],
    reactions: [
      whenever('invite', happened(order, 'OrderPlaced'), ({ data }, { schedule }) =>
        schedule(ReviewInvited, data, due),
      ),
    ],
  });
  const mail = boundedContext('mail', {
    reactions: [
      whenever(
        'send',
        ReviewInvited,
        ({ data, occurredAt }) => void seen.push({ ...data, occurredAt }),
      ),
    ],
  });
  const app = await start(t, [shop, mail], { store, host: { clock } });
  const records = () => store.log('shop').read({ after: 0, limit: 100 });
  return { app, clock, seen, records };
}
