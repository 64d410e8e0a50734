/** However many calls are made at once, few are under way, and none is lost. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { boundedContext } from '../context/bounded-context.ts';
import {
  CALLS_WAITING_MAX,
  CallAbortedError,
  CallsUnderWay,
  TooManyCallsError,
} from './calls-under-way.ts';
import { account, deposit } from './fixtures/banking.ts';
import { rejection, start } from './fixtures/start.ts';
import { StoppedError } from './stopped.ts';

const banking = boundedContext('banking', { aggregates: [account] });
const call = { called: 'app.handle', signal: undefined };

test('100,000 calls that nobody awaits are all done, with few of them under way', async () => {
  const calls = new CallsUnderWay('banking', 50);
  let underWay = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    underWay += 1;
    most = Math.max(most, underWay);
    await Promise.resolve();
    underWay -= 1;
  };

  const made = Array.from({ length: 100_000 }, () => calls.run({ ...call, work }));
  const done = await Promise.all(made);

  assert.equal(done.length, 100_000);
  assert.equal(most, 50);
});

test('commands and transactions of a context share its bound', async (t) => {
  const app = await start(t, [banking], { callsUnderWayMax: 1 });
  const order: string[] = [];
  const note = (what: string) => () => void order.push(what);

  await Promise.all([
    app.transaction(banking, note('transaction')),
    app.handle(account, 'a', deposit(1)).then(note('command')),
    app.transaction(banking, note('transaction')),
  ]);

  assert.deepEqual(order, ['transaction', 'command', 'transaction']);
});

test('calls that wait begin in the order in which they were made', async (t) => {
  const app = await start(t, [banking], { callsUnderWayMax: 1 });
  const order: number[] = [];

  await Promise.all(
    Array.from({ length: 200 }, (_, index) =>
      app.transaction(banking, () => void order.push(index)),
    ),
  );

  assert.deepEqual(
    order,
    Array.from({ length: 200 }, (_, index) => index),
  );
});

test('a call that fails gives its place to the next', async (t) => {
  const app = await start(t, [banking], { callsUnderWayMax: 1 });
  const failing = app.transaction(banking, () => {
    throw new RangeError('refused');
  });
  const next = app.handle(account, 'a', deposit(1));

  await rejection(failing, RangeError);

  assert.equal((await next).version, 1);
});

test('a signal ends the wait of its call, and of no other; nothing of it is done', async (t) => {
  const { app, release } = await blocked(t);
  const impatience = new AbortController();
  const given = app.handle(account, 'a', deposit(1), { signal: impatience.signal });
  const patient = app.handle(account, 'a', deposit(10));

  impatience.abort('too slow');
  const error = await rejection(given, CallAbortedError);
  release();

  assert.deepEqual([error.code, error.retryable, error.cause], ['call-aborted', true, 'too slow']);
  assert.deepEqual((await patient).state, { balance: 10, movements: 1 });
  const aborted = app.handle(account, 'a', deposit(1), { signal: impatience.signal });
  await rejection(aborted, CallAbortedError);
});

test('stop finishes what is under way, and ends what waits with StoppedError', async (t) => {
  const { app, release, first } = await blocked(t);
  const waiting = [1, 2, 3].map((amount) => app.handle(account, 'a', deposit(amount)));
  const ended = Promise.allSettled(waiting);

  const stopping = app.stop();
  for (const result of await ended)
    assert.ok(result.status === 'rejected' && result.reason instanceof StoppedError);
  release();

  assert.equal((await first).result, 'first');
  await stopping;
});

test('where too many wait already a call is refused, and may be made again', async () => {
  const calls = new CallsUnderWay('banking', 1);
  const { promise, resolve } = Promise.withResolvers<number>();
  const first = calls.run({ ...call, work: () => promise });
  const work = async (): Promise<number> => 2;
  const waiting = Array.from({ length: CALLS_WAITING_MAX }, () => calls.run({ ...call, work }));

  const error = await rejection(calls.run({ ...call, work }), TooManyCallsError);
  assert.deepEqual(
    [error.code, error.retryable, error.context],
    ['too-many-calls', true, 'banking'],
  );
  assert.deepEqual([error.underWay, error.waiting], [1, CALLS_WAITING_MAX]);

  resolve(1);
  assert.equal(await first, 1);
  await Promise.all(waiting);
  assert.equal(await calls.run({ ...call, work }), 2);
});

/** One call may be under way, and one is, until it is released. */
async function blocked(t: TestContext) {
  const app = await start(t, [banking], { store: memory(), callsUnderWayMax: 1 });
  const { promise, resolve } = Promise.withResolvers<string>();
  const first = app.transaction(banking, () => promise);
  return { app, first, release: () => resolve('first') };
}
