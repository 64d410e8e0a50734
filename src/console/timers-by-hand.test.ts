/** What somebody at the console does about timers: one is fired now, another one never fires. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { order, paymentDeadline, place, shop } from '../process/fixtures/deadlines.ts';
import { watchedOf } from './fixtures/watched.ts';

const why = 'she has called';

test('a timer that is fired at the console has the effect of one that is due, and no other one has', async () => {
  const { app, ask, act, timerOf, close } = await twoOrders();
  try {
    const timer = await timerOf('o-1');
    const fired = await act('fire-timer', { context: 'shop', timer, why });
    const again = await act('fire-timer', { context: 'shop', timer, why });
    await app.settled();

    assert.deepEqual(fired, { request: null, outcome: { state: 'done' } });
    assert.equal(again.outcome.state, 'refused');
    assert.deepEqual(await typesOf(ask, 'o-1'), ['OrderPlaced', 'OrderCancelled']);
    assert.deepEqual(await typesOf(ask, 'o-2'), ['OrderPlaced']);
    const { timers } = await ask('timers', {});
    assert.deepEqual(
      timers.map(({ key }) => key),
      ['o-2'],
    );
  } finally {
    await close();
  }
});

test('a timer that is cancelled at the console never fires, and its process goes on without it', async () => {
  const { app, ask, act, timerOf, close } = await twoOrders();
  try {
    const timer = await timerOf('o-1');
    const cancelled = await act('cancel-timer', { context: 'shop', timer, why });
    const fired = await act('fire-timer', { context: 'shop', timer, why });
    await app.settled();

    assert.deepEqual(cancelled, { request: null, outcome: { state: 'done' } });
    assert.equal(fired.outcome.state, 'refused');
    assert.deepEqual(await typesOf(ask, 'o-1'), ['OrderPlaced']);
    const { managers } = await ask('processes', { process: paymentDeadline.name, key: 'o-1' });
    assert.deepEqual(
      managers[0]?.instances.map(({ timers }) => timers),
      [{}],
    );
  } finally {
    await close();
  }
});

test('who fired or cancelled a timer, and why, stands in the audit trail', async () => {
  const { ask, act, timerOf, close } = await twoOrders();
  try {
    const [one, two] = [await timerOf('o-1'), await timerOf('o-2')];
    await act('fire-timer', { context: 'shop', timer: one, why: 'she pays never' });
    await act('cancel-timer', { context: 'shop', timer: two, why: 'she pays tomorrow' });

    const { operations } = await ask('audit', {});

    assert.deepEqual(
      operations.map(({ action, recordId, why: told }) => [action, recordId, told]),
      [
        ['cancel-timer', two, 'she pays tomorrow'],
        ['fire-timer', one, 'she pays never'],
      ],
    );
  } finally {
    await close();
  }
});

/** Two orders are placed, and each is to be paid within half an hour. */
async function twoOrders() {
  const scene = await watchedOf([shop]);
  for (const id of ['o-1', 'o-2']) await scene.app.handle(order, id, place(id));
  await scene.app.settled();
  const timerOf = async (key: string): Promise<string> => {
    const { timers } = await scene.ask('timers', { process: paymentDeadline.name, key });
    return timers[0]?.id ?? '';
  };
  return { ...scene, timerOf };
}

type Ask = Awaited<ReturnType<typeof watchedOf>>['ask'];

async function typesOf(ask: Ask, orderId: string): Promise<readonly string[]> {
  const { records } = await ask('stream', { id: `order/${orderId}` });
  return records.map(({ type }) => type);
}
