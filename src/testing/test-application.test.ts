import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { memoryBackbone } from '../adapters/memory/memory-backbone.ts';
import { memory } from '../adapters/memory/memory-store.ts';
import { sqlite } from '../adapters/sqlite/sqlite-store.ts';
import { type BoundedContext, boundedContext } from '../context/bounded-context.ts';
import { InvalidTimeError } from '../message/business-time.ts';
import { type Duration, InvalidDurationError } from '../message/duration.ts';
import {
  order as placedOrder,
  pay,
  paymentDeadline,
  place as placeOrder,
  shop as orders,
} from '../process/fixtures/deadlines.ts';
import { type Charge, order, orderBook, shop, totals } from '../runtime/fixtures/shop.ts';
import { openedStore } from '../runtime/fixtures/start.ts';
import type { Application as RunningApplication } from '../runtime/running-application.ts';
import { SettledParkedError } from '../runtime/settled.ts';
import { InsideHandlerError } from '../subscription/in-handler.ts';
import { StoppedError } from '../runtime/stopped.ts';
import {
  NoTimerError,
  type TestApplication,
  type TestOptions,
  testApplication,
} from './test-application.ts';
import { NotInTestTimeError, TimeStandsStillError } from './test-time.ts';

const place = (id: string) => ({ type: 'PlaceOrder', data: { id } }) as const;
const FORGETFUL = `
  import { testApplication } from './test-application.ts';
  const app = await testApplication([]);
  await app.advance('3 days');
  console.log(app.now);
`;
const charged: Charge = async () => undefined;

test('a business action goes through all contexts, and no time is spent on it', async (t) => {
  const app = await start(t, shop(charged));

  await app.handle(order, 'o-1', place('o-1'));
  await app.settled();

  assert.deepEqual(await app.read(orderBook).get('o-1'), { placed: 1, confirmed: 1 });
  assert.equal(app.now, '2026-01-01T00:00:00.000Z');
});

test('what is written for an application takes a test application', async (t) => {
  const placeAndSettle = async (app: RunningApplication): Promise<void> => {
    await app.handle(order, 'o-1', place('o-1'));
    await app.settled();
  };
  const app = await start(t, shop(charged));

  await placeAndSettle(app);

  assert.equal((await app.health()).contexts.length, 2);
  assert.deepEqual(await app.read(orderBook).get('o-1'), { placed: 1, confirmed: 1 });
});

test('two runs give the same records, ids included', async (t) => {
  const seen = await Promise.all([0, 1].map(() => recordsOfARun(t, {})));
  const another = await recordsOfARun(t, { seed: 2 });

  assert.ok(seen[0] !== undefined && seen[0].length > 4);
  assert.deepEqual(seen[0], seen[1]);
  assert.notDeepEqual(seen[0], another);
});

test('a retry waits in the time of the test, and nobody sleeps', async (t) => {
  const attempts: string[] = [];
  const app = await start(
    t,
    shop(async () => {
      attempts.push(app.now);
      if (attempts.length < 8) throw new Error('The gateway is down.');
    }),
  );
  const begin = performance.now();

  await app.handle(order, 'o-1', place('o-1'));
  await app.settled();

  assert.equal(attempts.length, 8);
  const waitedMs = Date.parse(app.now) - Date.parse(attempts[0] as string);
  assert.ok(waitedMs > 3_000);
  assert.ok(performance.now() - begin < waitedMs);
  assert.deepEqual(await app.read(orderBook).get('o-1'), { placed: 1, confirmed: 1 });
});

test('what is parked makes settled and advance fail, with the reason', async (t) => {
  const down: Charge = async () => {
    throw new Error('The gateway is down.');
  };
  const app = await start(t, shop(down));
  const about = (error: unknown): boolean =>
    error instanceof SettledParkedError && error.message.includes('The gateway is down.');

  await app.handle(order, 'o-1', place('o-1'));
  await assert.rejects(app.settled(), about);
  await app.handle(order, 'o-2', place('o-2'));
  await assert.rejects(app.advance('1 hour'), about);

  await app.advance('1 hour');
  assert.equal((await app.parked()).length, 2);
});

test('time goes on as far as it is told, through everything that comes due', async (t) => {
  const app = await start(t, shop(charged), { now: '2011-12-09T12:50:00.000Z' });

  await app.advance('3 days');
  assert.equal(app.now, '2011-12-12T12:50:00.000Z');
  await app.advance('0 days');
  await app.advance('1.5 hours');
  assert.equal(app.now, '2011-12-12T14:20:00.000Z');
});

test('what comes due is done in order of time, with all that it causes', async (t) => {
  const seen: string[] = [];
  const app = await start(t, []);
  for (const [name, wait] of [['late', '2 days'] as const, ['early', '1 day'] as const])
    void app.sleep(wait).then(async () => {
      seen.push(`${name} ${app.now.slice(8, 10)}`);
      await app.sleep('1 hour');
      seen.push(`after ${name}`);
    });

  await app.advance('36 hours');
  assert.deepEqual(seen, ['early 02', 'after early']);
  await app.advance('36 hours');
  assert.deepEqual(seen.slice(2), ['late 03', 'after late']);
});

test('the timers of a process manager fire on the way, at their time', async (t) => {
  const app = await start(t, [orders]);
  for (const id of ['o-1', 'o-2']) {
    await app.handle(placedOrder, id, placeOrder(id));
    await app.advance('10 minutes');
  }
  await app.handle(placedOrder, 'o-2', pay('o-2'));

  const { timers } = await app.settled();
  assert.deepEqual(
    timers.map(({ key, due }) => [key, due]),
    [['o-1', '2026-01-01T00:30:00.000Z']],
  );
  await app.advance('3 days');

  assert.equal(await app.process(paymentDeadline, 'o-1'), undefined);
  assert.equal((await statusOf(app, 'o-1')).status, 'cancelled');
  assert.equal((await statusOf(app, 'o-2')).status, 'paid');
});

test('time goes on to the next timer, and says which it was', async (t) => {
  const app = await start(t, [orders]);
  await app.handle(placedOrder, 'o-1', placeOrder('o-1'));

  const { name, key } = await app.advanceToNextTimer();

  assert.deepEqual([name, key], ['PaymentOverdue', 'o-1']);
  assert.equal(app.now, '2026-01-01T00:30:00.000Z');
  assert.equal((await statusOf(app, 'o-1')).status, 'cancelled');
  await assert.rejects(app.advanceToNextTimer(), NoTimerError);
});

test('a stand-in that is slow takes time of the test, up to the limit of its effect', async (t) => {
  let charges = 0;
  const app = await start(
    t,
    shop(async () => {
      charges += 1;
      await app.sleep(charges === 1 ? '40 seconds' : '2 seconds');
    }),
  );

  await app.handle(order, 'o-1', place('o-1'));
  await app.settled({ timeoutMs: 120_000 });

  // The first attempt ran out of its 30 seconds, and the second waited until it had ended.
  assert.equal(charges, 2);
  assert.ok(Date.parse(app.now) - Date.parse('2026-01-01') >= 42_000);
});

test('a handler that awaits something real is waited for while time stands still', async (t) => {
  const app = await start(
    t,
    shop(() => new Promise((resolve) => setTimeout(resolve, 20))),
  );

  await app.handle(order, 'o-1', place('o-1'));
  await app.settled();

  assert.deepEqual(await app.read(orderBook).get('o-1'), { placed: 1, confirmed: 1 });
});

test('a handler that awaits something real for too long is named, and does not hang', async (t) => {
  const never: Charge = () => new Promise(() => undefined);
  const app = await start(t, shop(never), { patience: '20 ms' });
  const about = (error: unknown): boolean =>
    error instanceof NotInTestTimeError &&
    /after 20 ms of real time[\s\S]*- billing: charge [\s\S]*"app\.sleep"/.test(error.message);

  await assert.rejects(async () => {
    await app.handle(order, 'o-1', place('o-1'));
    await app.settled();
  }, about);
  await assert.rejects(app.advance('1 minute'), about);
  await app.stop();
});

test('a read after a token ends, although what it waits for takes time', async (t) => {
  const app = await start(t, shop(charged));

  const { token } = await app.handle(order, 'o-1', place('o-1'));

  assert.equal((await app.read(orderBook).get('o-1', { after: token }))?.placed, 1);
  assert.equal((await app.read(totals).get('all', { after: token }))?.placed, 1);
});

test('an application goes on with the store of one that was stopped', async (t) => {
  const store = memory();
  const first = await start(t, shop(charged), { store });
  await first.handle(order, 'o-1', place('o-1'));
  await first.stop();

  const second = await start(t, shop(charged), { store, now: first.now });
  await second.handle(order, 'o-2', place('o-2'));
  await second.settled();

  // Other ids than the first gave out: taken for the same records, they would be left out.
  for (const id of ['o-1', 'o-2'])
    assert.deepEqual(await second.read(orderBook).get(id), { placed: 1, confirmed: 1 });
});

test('a store on disk and a broker take real time, and none of the test', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'thereupon-kit-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  for (const options of [{ store: sqlite(directory) }, { backbone: memoryBackbone() }]) {
    const app = await start(t, shop(charged), { ...options, patience: '1 minute' });

    await app.handle(order, 'o-1', place('o-1'));
    await app.settled();
    await app.stop();

    assert.equal(app.now, '2026-01-01T00:00:00.000Z');
  }
});

test('business time goes from timer to timer when it is told how far business has come', async (t) => {
  const byBusiness = { ...paymentDeadline, time: 'business' as const };
  const contexts = [boundedContext('shop', { aggregates: [placedOrder], processes: [byBusiness] })];
  const app = await start(t, contexts, { businessTime: 'watermark' });
  const occurredAt = '2011-12-09T12:50:00.000Z';
  await app.handle(placedOrder, 'o-1', placeOrder('o-1'), { occurredAt });

  await app.advance('3 days');
  await assert.rejects(app.advanceToNextTimer(), /1 wait for "app\.reachBusinessTime"/);
  assert.equal((await statusOf(app, 'o-1')).status, 'placed');
  await app.reachBusinessTime('2011-12-09T13:20:00.001Z');

  assert.equal((await statusOf(app, 'o-1')).status, 'cancelled');
});

test('time is not moved from inside of a handler', async (t) => {
  const errors: unknown[] = [];
  const app = await start(
    t,
    shop(async () => {
      for (const call of [
        app.advance('1 day'),
        app.advanceToNextTimer(),
        app.track(charged as never),
      ])
        errors.push(await call.catch((error: unknown) => error));
    }),
  );

  await app.handle(order, 'o-1', place('o-1'));
  await app.settled();

  assert.equal(errors.length, 3);
  for (const error of errors) assert.ok(error instanceof InsideHandlerError);
});

test('a timer that sets itself again without a delay is named, and does not hang', async (t) => {
  const app = await start(t, []);
  const isStopped = { value: false };
  const again = async (): Promise<void> => {
    while (!isStopped.value) await app.sleep('0 ms');
  };
  void again();

  await assert.rejects(app.advance('1 day'), TimeStandsStillError);
  isStopped.value = true;
});

test('a test that forgets to stop it ends all the same', () => {
  const ended = spawnSync(
    process.execPath,
    [...process.execArgv, '--input-type=module', '-e', FORGETFUL],
    {
      encoding: 'utf8',
      timeout: 20_000,
      cwd: import.meta.dirname,
    },
  );

  assert.equal(ended.signal, null, 'it had to be killed: something keeps it alive');
  assert.match(ended.stdout, /^2026-01-04/, ended.stderr);
});

test('what is no duration, and what comes after the end, is refused', async (t) => {
  const app = await start(t, shop(charged));

  for (const bad of ['-3 days', '3 months', '', '3'])
    await assert.rejects(app.advance(bad as Duration), InvalidDurationError);
  await assert.rejects(app.sleep('soon' as Duration), InvalidDurationError);
  await app.stop();
  await app.stop();
  await assert.rejects(app.advance('1 day'), StoppedError);
  await assert.rejects(app.advanceToNextTimer(), StoppedError);
  await assert.rejects(app.settled(), StoppedError);
  await assert.rejects(app.handle(order, 'o-1', place('o-1')), StoppedError);
  await assert.rejects(testApplication([], { now: 'yesterday' }), InvalidTimeError);
  await assert.rejects(
    testApplication([], { patience: '-1 ms' as Duration }),
    InvalidDurationError,
  );
});

async function start(
  t: TestContext,
  contexts: readonly BoundedContext[],
  options: TestOptions = {},
) {
  const app = await testApplication(contexts, options);
  t.after(() => app.stop());
  return app;
}

/** As the aggregate stands: what it decides on a command that changes nothing. */
async function statusOf(app: TestApplication, id: string) {
  return (await app.handle(placedOrder, id, placeOrder(id))).state;
}

async function recordsOfARun(t: TestContext, options: TestOptions): Promise<readonly unknown[]> {
  const store = openedStore(memory({ epoch: () => 'e' }));
  const app = await start(t, shop(charged), { ...options, store });
  for (const id of ['o-1', 'o-2']) await app.handle(order, id, place(id));
  await app.settled();
  const logs = ['ordering', 'billing'].map((name) => store.log(name));
  return (await Promise.all(logs.map((log) => log.read({ after: 0, limit: 1_000 })))).flat();
}
