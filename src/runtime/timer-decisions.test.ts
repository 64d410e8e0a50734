import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { sqlite } from '../adapters/sqlite/sqlite-store.ts';
import { embedded } from '../backbone/log-to-log.ts';
import { type BoundedContext, boundedContext } from '../context/bounded-context.ts';
import { contract } from '../contract/contract.ts';
import { systemHost } from '../host/host.ts';
import { type TimerAsked, decideTimer } from '../inspection/decide-timer.ts';
import type { Store } from '../log/store.ts';
import { order, paymentDeadline, place, shop } from '../process/fixtures/deadlines.ts';
import { type PendingTimer, pendingTimers } from '../process/pending-timers.ts';
import { recurring } from '../process/recurring.ts';
import { happened } from '../reaction/source.ts';
import { whenever } from '../reaction/whenever.ts';
import { z } from 'zod';
import { start, until } from './fixtures/start.ts';
import { repeated, sweep } from './fixtures/sweep.ts';
import type { RunOptions } from './run-options.ts';

const by = { who: 'ann', why: 'she has called' };
const FIRE = { action: 'fire', ...by } as const;
const CANCEL = { action: 'cancel', ...by } as const;

for (const [name, makeStore] of [
  ['memory', () => memory()],
  ['SQLite', (t: TestContext) => sqlite(folderOf(t))],
] as const) {
  test(`${name}: a timer that is fired by hand has the effect of one that is due, once`, async (t) => {
    const { app, decide, first, records, operations } = await shopOf(t, { store: makeStore(t) });
    const before = Date.now();
    const timer = await first();

    const fired = await decide(timer, FIRE);
    const again = await decide(timer, FIRE);
    await app.settled();

    assert.deepEqual(fired, { state: 'done' });
    assert.deepEqual(again, { state: 'refused', why: 'It has fired, or was cancelled.' });
    const all = await records();
    assert.deepEqual(
      all.map(({ type }) => type),
      ['OrderPlaced', 'payment deadline/PaymentOverdue', 'OrderCancelled', 'shop.OrderCancelled'],
    );
    const record = all[1];
    assert.equal(record?.id, timer.id);
    // It happened now, and not when it would have been due.
    assert.ok((record?.occurredAt ?? 0) >= before && (record?.occurredAt ?? 0) <= Date.now());
    assert.deepEqual(await app.timers(), []);
    const [, fire] = await operations();
    assert.deepEqual([fire?.action, fire?.who, fire?.why], ['fire-timer', 'ann', by.why]);
  });

  test(`${name}: a timer that is cancelled by hand never fires, and its process goes on`, async (t) => {
    const { app, decide, first, records, operations } = await shopOf(t, { store: makeStore(t) });
    const timer = await first();

    const cancelled = await decide(timer, CANCEL);
    const again = await decide(timer, FIRE);
    await app.settled();

    assert.deepEqual(cancelled, { state: 'done' });
    assert.equal(again.state, 'refused');
    assert.deepEqual(await app.timers(), []);
    assert.deepEqual((await app.process(paymentDeadline, 'o-1'))?.timers, {});
    const types = (await records()).map(({ type }) => type);
    assert.deepEqual(types, ['OrderPlaced']);
    assert.equal((await operations())[1]?.action, 'cancel-timer');
  });

  test(`${name}: what was asked while nobody ran is done at the next start`, async (t) => {
    const { app, decide, first, records, restart } = await shopOf(t, { store: makeStore(t) });
    const timer = await first();
    await app.stop();

    const left = await decide(timer, FIRE);
    const next = await restart();
    await until(async () => (await next.timers()).length === 0);
    await next.settled();

    assert.deepEqual(left, { state: 'waits' });
    assert.ok((await records()).some(({ type }) => type === 'OrderCancelled'));
  });
}

test('a timer by business time is fired by hand while business time stands before it', async (t) => {
  const { app, decide, first, records } = await shopOf(t, { businessTime: 'watermark' }, true);
  const timer = await first();
  assert.ok(timer.isBusinessTime);

  await decide(timer, FIRE);
  await app.settled();

  assert.ok((await records()).some(({ type }) => type === 'OrderCancelled'));
});

test('a time that recurs comes once more by hand, and keeps its next time; it is not cancelled', async (t) => {
  const { app, decide, first, heard } = await recurringShop(t);
  const timer = await first();

  const fired = await decide(timer, FIRE);
  await app.settled();
  const cancelled = await decide(timer, CANCEL);

  assert.deepEqual(fired, { state: 'done' });
  assert.equal(heard.length, 1);
  assert.deepEqual(await app.timers(), [timer]);
  assert.equal(cancelled.state, 'refused');
  assert.match(cancelled.state === 'refused' ? cancelled.why : '', /^It recurs, as the code says/);
});

test('a message that is scheduled is published by hand, once', async (t) => {
  const Reminded = contract('shop.Reminded', {
    version: 1,
    schema: z.object({ orderId: z.string() }),
    key: (data) => data.orderId,
  });
  const reminding = boundedContext('shop', {
    aggregates: [order],
    publishes: [Reminded],
    reactions: [
      whenever('remind', happened(order, 'OrderPlaced'), ({ data }, { schedule }) =>
        schedule(Reminded, data, { after: '2 days' }),
      ),
    ],
  });
  const { app, decide, first, records } = await runningOf(t, [reminding]);
  await app.handle(order, 'o-1', place('o-1'));
  await app.settled();
  const timer = await first();

  await Promise.all([decide(timer, FIRE), decide(timer, FIRE)]);

  const published = (await records()).filter(({ type }) => type === 'shop.Reminded');
  assert.deepEqual(
    published.map(({ id }) => id),
    [timer.id],
  );
});

test('whichever call fails, a timer that is fired by hand fires once, and one that is cancelled never', async () => {
  await sweep('timers by hand', () => {
    const store = memory();
    return {
      store,
      backbone: embedded(),
      contexts: [shop],
      async work(app, faults) {
        for (const id of ['o-1', 'o-2'])
          await repeated(faults, () => app.handle(order, id, place(id), { commandId: id }));
        await repeated(faults, () => app.settled({ timeoutMs: 500_000 }));
        for (const [key, asked] of [
          ['o-1', FIRE],
          ['o-2', CANCEL],
        ] as const) {
          // It is gone when a life before has done it.
          const timer = faults.isCrashed ? undefined : await timerOf(store, key);
          if (timer !== undefined) await decideIn(store, timer, asked);
        }
        await repeated(faults, () => app.settled({ timeoutMs: 500_000 }));
      },
      async assertAllDoneOnce() {
        const log = await store.reader('shop');
        const types = async (id: string) =>
          (await log.readStream(`order/${id}`, { limit: 10 })).map(({ type }) => type);
        assert.deepEqual(await types('o-1'), ['OrderPlaced', 'OrderCancelled']);
        assert.deepEqual(await types('o-2'), ['OrderPlaced']);
        const timers = await log.read({ after: 0, limit: 100, directions: ['timer'] });
        assert.equal(timers.length, 1);
        assert.deepEqual(await log.waiting({ limit: 10 }), []);
        const done = (await log.operations(10)).filter(({ detail }) => !detail.includes('refused'));
        assert.deepEqual(done.map(({ action }) => action).toSorted(), [
          'cancel-timer',
          'fire-timer',
        ]);
      },
    };
  });
});

async function decideIn(store: Store, timer: PendingTimer, asked: TimerAsked) {
  const log = await store.reader('shop');
  const { signal } = new AbortController();
  const place = { store, context: 'shop', log, host: systemHost(), waitMs: 5_000, signal };
  try {
    return await decideTimer(place, timer, asked);
  } finally {
    await log.close();
  }
}

async function timerOf(store: Store, key: string): Promise<PendingTimer | undefined> {
  const log = await store.reader('shop');
  const { timers } = await pendingTimers([{ log }], { key });
  await log.close();
  return timers[0];
}

/** An order is placed, and is to be paid within half an hour. */
async function shopOf(t: TestContext, options: Partial<RunOptions> = {}, isBusinessTime = false) {
  const context = isBusinessTime
    ? boundedContext('shop', {
        aggregates: shop.aggregates,
        publishes: shop.publishes,
        processes: [{ ...paymentDeadline, time: 'business' as const }],
      })
    : shop;
  const running = await runningOf(t, [context], options);
  await running.app.handle(order, 'o-1', place('o-1'));
  await running.app.settled();
  return running;
}

async function recurringShop(t: TestContext) {
  const heard: string[] = [];
  const yearly = recurring('NewYear', { cron: '0 0 1 1 *' });
  const greeting = boundedContext('shop', {
    reactions: [whenever('greet', yearly, ({ data }) => void heard.push(data.dueAt))],
  });
  return { ...(await runningOf(t, [greeting])), heard };
}

async function runningOf(
  t: TestContext,
  contexts: readonly BoundedContext[],
  options: Partial<RunOptions> = {},
) {
  const { store = memory() } = options;
  const restart = () => start(t, contexts, { ...options, store });
  const app = await restart();
  const log = await store.reader('shop');
  t.after(() => log.close());
  return {
    app,
    restart,
    records: () => log.read({ after: 0, limit: 100 }),
    operations: () => log.operations(10),
    decide: (timer: PendingTimer, asked: TimerAsked) => decideIn(store, timer, asked),
    first: async () => {
      const [timer] = await app.timers();
      assert.ok(timer !== undefined);
      return timer;
    },
  };
}

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'thereupon-timers-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}
