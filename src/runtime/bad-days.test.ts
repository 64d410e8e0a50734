/**
 * Runs two contexts that need each other on bad days: calls of their stores fail by chance, before
 * they happen or by their answer; a broker duplicates, delays, reorders and loses; and each day
 * ends with the process. After a good day everything is done, in order, and once.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryBackbone } from '../adapters/memory/memory-backbone.ts';
import { type MemoryStore, memory } from '../adapters/memory/memory-store.ts';
import type { Backbone } from '../backbone/backbone.ts';
import { seededRandomness } from '../host/randomness.ts';
import { embedded } from '../backbone/log-to-log.ts';
import { quickClock } from '../host/fixtures/quick-clock.ts';
import { type Randomness, fraction } from '../host/randomness.ts';
import type { LogReader } from '../log/log.ts';
import type { Store } from '../log/store.ts';
import { silent } from '../telemetry/logger.ts';
import type { Application } from './application.ts';
import { order, orderBook, shop, totals } from './fixtures/shop.ts';
import { run } from './run.ts';

const DAYS = 3;
const ORDERS_A_DAY = 6;
const CONTEXTS = ['ordering', 'billing'];

/** How many of its calls fail, for each side by chance. */
const FAILING = 0.04;

class Day {
  calls = 0;
  failed = 0;
  isBad = true;
  readonly randomness: Randomness;

  constructor(randomness: Randomness) {
    this.randomness = randomness;
  }

  async call<T>(name: string, make: () => Promise<T>): Promise<T> {
    this.calls += 1;
    const fails = this.isBad && name !== 'open' && fraction(this.randomness) < FAILING;
    if (!fails) return make();
    this.failed += 1;
    if (fraction(this.randomness) < 0.5) await make();
    throw new Error(`${name} failed by chance.`);
  }
}

function storeOnBadDays(store: Store, day: Day): Store {
  const faulty = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function' || name === 'onChange' || name === 'close') return value;
        return (...given: unknown[]) =>
          day.call(String(name), () => Reflect.apply(value, target, given) as Promise<unknown>);
      },
    });
  return {
    name: store.name,
    open: async (context) => faulty(await store.open(context)),
    reader: async (context) => faulty(await store.reader(context)),
    leaveRequests: (context, requests) => store.leaveRequests(context, requests),
    published: async (context) => faulty(await store.published(context)),
  };
}

async function live(world: {
  readonly store: MemoryStore;
  readonly backbone: Backbone;
  readonly day: Day;
  readonly charges: Set<string>;
  readonly orders: readonly string[];
}): Promise<void> {
  const { store, backbone, day, charges, orders } = world;
  const contexts = shop(async (key) => {
    charges.add(key);
    if (day.isBad && fraction(day.randomness) < 0.2)
      throw Object.assign(new Error('The gateway is away.'), { retryable: true });
  });
  let app: Application | undefined;
  while (app === undefined) {
    app = await run(contexts, {
      store: storeOnBadDays(store, day),
      backbone,
      logger: silent,
      host: { clock: quickClock(50) },
    }).catch(() => {
      for (const context of CONTEXTS) store.crash(context);
      return undefined;
    });
  }
  const running = app;
  const placed = Promise.all(orders.map((id) => place(running, id, day)));
  if (day.isBad) {
    await placed;
    for (let turns = fraction(day.randomness) * 200; turns > 0; turns -= 1)
      await new Promise((resolve) => setImmediate(resolve));
    for (const context of CONTEXTS) store.crash(context);
  } else {
    await placed;
    await running.settled({ timeoutMs: 1_000_000 });
  }
  await running.stop().catch(() => undefined);
}

/** Places an order until it is known to be placed. */
async function place(app: Application, id: string, day: Day): Promise<void> {
  const command = { type: 'PlaceOrder', data: { id } } as const;
  for (let tries = 1; ; tries += 1) {
    try {
      return void (await app.handle(order, id, command, { commandId: `place ${id}` }));
    } catch (error) {
      if (!day.isBad || tries === 100) throw error;
    }
  }
}

async function assertAllDoneOnce(store: MemoryStore, orders: readonly string[]): Promise<void> {
  const ordering = await store.reader('ordering');
  const billing = await store.reader('billing');
  const types = async (log: LogReader, stream: string): Promise<string[]> =>
    (await log.readStream(stream, { limit: 100 })).map(({ type }) => type);
  for (const log of [ordering, billing])
    assert.deepEqual(await log.waiting({ limit: 10 }), [], 'nothing waits');
  for (const id of orders) {
    assert.deepEqual(await types(ordering, `order/${id}`), ['OrderPlaced', 'OrderConfirmed']);
    const paid = ['PaymentRequested', 'PaymentCompleted'];
    assert.deepEqual(await types(billing, `payment/${id}`), paid);
    const row = await ordering.document(`${orderBook.name}@1`, id);
    assert.equal(row, '{"placed":1,"confirmed":1}');
  }
  const all = JSON.stringify({ placed: orders.length, confirmed: orders.length });
  assert.equal(await ordering.document(`${totals.name}@1`, 'all'), all);
}

async function badDays(seed: number, backbone: Backbone): Promise<Day> {
  const store = memory();
  const day = new Day(seededRandomness(seed));
  const charges = new Set<string>();
  const orders: string[] = [];
  for (let count = 1; count <= DAYS; count += 1) {
    for (let each = 1; each <= ORDERS_A_DAY; each += 1) orders.push(`day ${count} order ${each}`);
    await live({ store, backbone, day, charges, orders });
  }
  day.isBad = false;
  await live({ store, backbone, day, charges, orders });
  await assertAllDoneOnce(store, orders);
  assert.equal(charges.size, orders.length);
  return day;
}

async function manyBadDays(
  name: string,
  { seeds, backbone }: { seeds: number; backbone: (seed: number) => Backbone },
): Promise<void> {
  let calls = 0;
  let failed = 0;
  let next = 1;
  const lane = async (): Promise<void> => {
    for (let seed = next++; seed <= seeds; seed = next++) {
      try {
        const day = await badDays(seed, backbone(seed));
        calls += day.calls;
        failed += day.failed;
      } catch (cause) {
        throw new Error(`with seed ${seed}`, { cause });
      }
    }
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
  console.log(`${name}: ${seeds} seeds, ${calls} calls, ${failed} of them failed`);
  assert.ok(failed > 10 * seeds);
}

test('log to log, on bad days: everything is done in the end, and once', async () => {
  await manyBadDays('log to log', { seeds: 24, backbone: embedded });
});

test('over a broker, on bad days: everything is done in the end, and once', async () => {
  const backbone = (seed: number): Backbone =>
    memoryBackbone({
      redeliverAfterMs: 20,
      randomness: seededRandomness(1_000 + seed),
      faults: {
        duplicate: 0.2,
        delay: 0.2,
        delayMsMax: 3,
        reorder: 0.2,
        lose: 0.1,
        loseAcknowledgement: 0.2,
        refuse: 0.1,
        loseConfirmation: 0.1,
      },
    });
  await manyBadDays('over a broker', { seeds: 24, backbone });
});
