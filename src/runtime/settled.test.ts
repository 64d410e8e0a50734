import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { z } from 'zod';
import { boundedContext } from '../context/bounded-context.ts';
import { contract } from '../contract/contract.ts';
import { type Tools, notYet } from '../reaction/tools.ts';
import { whenever } from '../reaction/whenever.ts';
import { openedStore, rejection, start, until } from './fixtures/start.ts';
import { NotSettledError, SettledParkedError } from './settled.ts';

const contractNamed = (name: string) =>
  contract(name, {
    version: 1,
    schema: z.object({ key: z.string(), hops: z.number() }),
    key: (data) => data.key,
  });
const Ping = contractNamed('left.Ping');
const Pong = contractNamed('right.Pong');

test('an action is followed from context to context until nothing of it is left', async (t) => {
  const { play, hops } = await tennis(t);

  const app = await play('a', 10, 'action');
  await app.settled({ correlationId: 'action' });

  assert.equal(hops.get('a'), 10);
});

test('other actions do not hold it up', async (t) => {
  const gate = Promise.withResolvers<void>();
  const { play, hops } = await tennis(t, ({ key }) =>
    key === 'slow' ? gate.promise : Promise.resolve(),
  );
  await play('slow', 3, 'slow');

  const app = await play('quick', 3, 'quick');
  await app.settled({ correlationId: 'quick' });

  assert.equal(hops.get('quick'), 3);
  assert.notEqual(hops.get('slow'), 3);
  gate.resolve();
  await app.settled();
  assert.equal(hops.get('slow'), 3);
});

test('an action that nobody knows is over', async (t) => {
  const { play } = await tennis(t);
  const app = await play('a', 1, 'action');

  await app.settled({ correlationId: 'never heard of' });
});

test('it rejects when something of the action was parked, naming it', async (t) => {
  const { play } = await tennis(t, ({ hops }) =>
    hops === 2 ? refuse(new Error('out of the court')) : Promise.resolve(),
  );

  const app = await play('a', 5, 'action');
  const error = await rejection(app.settled({ correlationId: 'action' }), SettledParkedError);

  assert.match(
    error.message,
    /1 record was parked:\n- right, "strike back", key "a": out of the court/,
  );
  assert.equal(error.parked[0]?.recordId.length, 36);
});

test('what was parked before the call is told of an action, and not told of everything', async (t) => {
  const { play } = await tennis(t, () => refuse(new Error('never')));
  const app = await play('a', 5, 'action');
  await until(async () => (await app.parked()).length === 1);

  await app.settled();
  await rejection(app.settled({ correlationId: 'action' }), SettledParkedError);
});

test('an action that is held behind a parked record of another one is not over: it names that one', async (t) => {
  const { play } = await tennis(t, ({ hops }) =>
    hops === 1 ? refuse(new Error('out of the court')) : Promise.resolve(),
  );
  const app = await play('a', 5, 'first');
  await rejection(app.settled({ correlationId: 'first' }), SettledParkedError);

  await play('a', 5, 'second');
  const error = await rejection(app.settled({ correlationId: 'second' }), SettledParkedError);

  assert.equal(error.parked.length, 1);
  assert.equal(error.parked[0]?.correlationId, 'first');
});

test('what takes too long is listed: who is behind, and why', async (t) => {
  const { play, left } = await tennis(t);
  const paused = await play('a', 0, 'x');
  await paused.settled();
  await paused.pause(left, 'strike back', { who: 'ann', why: 'tea' });

  const app = await play('a', 3, 'action');
  const error = await rejection(app.settled({ timeoutMs: 200 }), NotSettledError);

  assert.match(error.message, /- left: "strike back" is \d+ records? behind.*paused by ann: tea/);
  assert.equal(error.left.length, 1);
});

test('what answers "not yet" is not settled', async (t) => {
  const { play } = await tennis(t, () => Promise.resolve(notYet('it rains')));

  const app = await play('a', 1, 'action');

  const error = await rejection(
    app.settled({ correlationId: 'action', timeoutMs: 100 }),
    NotSettledError,
  );
  assert.match(
    error.message,
    /- left: "strike back" is 0 records behind, 1 row waits \(it rains\)/,
  );
});

test('a stop ends the waiting', async (t) => {
  const { play } = await tennis(t, () => Promise.resolve(notYet('it rains')));
  const app = await play('a', 1, 'action');

  const settling = app.settled({ timeoutMs: 60_000 });
  const began = performance.now();
  const [result] = await Promise.allSettled([settling, app.stop()]);

  assert.equal(result.status, 'rejected');
  assert.ok(performance.now() - began < 5_000);
});

test('everything has settled at once when nothing was ever done', async (t) => {
  const app = await start(t, [boundedContext('empty', {})]);

  await app.settled({ timeoutMs: 1_000 });
});

type Turn = (data: { key: string; hops: number }) => Promise<unknown>;

test('an action is over when what waited of it at a border was discarded', async (t) => {
  const { play, store } = await tennis(t);
  const app = await play('a', 1, 'action');
  await app.settled();
  const [sent] = await store.log('right').read({ after: 0, limit: 1 });
  assert.ok(sent);
  const { position: _, ...record } = { ...sent, id: 'bad', data: '{}', correlationId: 'other' };
  await store.log('right').commit([{ records: [record] }]);
  await play('b', 1, 'next');
  await rejection(app.settled({ correlationId: 'other' }), SettledParkedError);

  await app.discard({}, { who: 'ann', why: 'nobody misses it' });

  await app.settled({ correlationId: 'other', timeoutMs: 2_000 });
});

/** Two contexts that answer each other until a ball was hit so often. */
async function tennis(t: TestContext, turn: Turn = () => Promise.resolve()) {
  const hops = new Map<string, number>();
  const strike =
    (back: typeof Ping) =>
    async (event: { data: { key: string; hops: number } }, { publish }: Tools) => {
      const { key } = event.data;
      const answer = await turn(event.data);
      if (answer !== undefined) return answer;
      hops.set(key, (hops.get(key) ?? 0) + 1);
      if (event.data.hops > 1) publish(back, { key, hops: event.data.hops - 1 });
      return undefined;
    };
  const left = boundedContext('left', {
    publishes: [Ping],
    reactions: [whenever('strike back', Pong, strike(Ping))],
  });
  const right = boundedContext('right', {
    publishes: [Pong],
    reactions: [whenever('strike back', Ping, strike(Pong))],
  });
  const store = openedStore();
  const app = await start(t, [left, right], { store });
  return {
    store,
    hops,
    left,
    play: async (key: string, times: number, correlationId: string) => {
      // Served from the right, so that the left strikes first: hops count what is left.
      await app.transaction(right, (tx) => tx.publish(Pong, { key, hops: times }), {
        correlationId,
      });
      return app;
    },
  };
}

function refuse(error: Error): Promise<never> {
  return Promise.reject(Object.assign(error, { retryable: false }));
}
