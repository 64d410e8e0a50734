/**
 * Runs two contexts that need each other, and fails each call of their stores and of the backbone
 * in turn: before it, after it (the process ends there), and so that only its answer is lost.
 * Afterwards everything settles, nothing is lost, and nothing was done twice.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryBackbone } from '../adapters/memory/memory-backbone.ts';
import { type MemoryStore, memory } from '../adapters/memory/memory-store.ts';
import type { Backbone } from '../backbone/backbone.ts';
import { embedded } from '../backbone/log-to-log.ts';
import { quickClock } from '../host/fixtures/quick-clock.ts';
import type { Store } from '../log/store.ts';
import type { WriteSet } from '../log/write-set.ts';
import { silent } from '../telemetry/logger.ts';
import { Faults } from '../testing/faults.ts';
import type { Application } from './application.ts';
import { order, orderBook, shop, totals } from './fixtures/shop.ts';
import { type World, repeated, sweep } from './fixtures/sweep.ts';
import { run } from './run.ts';

const ORDERS = ['o-1', 'o-2', 'o-3', 'o-4'];

function shopWorld(backbone: () => Backbone): World {
  /** How often each idempotency key was charged. */
  const charges = new Map<string, number>();
  const charge = async (key: string): Promise<void> => {
    charges.set(key, (charges.get(key) ?? 0) + 1);
    await Promise.resolve();
  };
  const store = memory();
  return {
    store,
    backbone: backbone(),
    contexts: shop(charge),
    work,
    assertAllDoneOnce: () => assertAllDoneOnce(store, charges),
  };
}

/** Places all orders, each until it is known to be placed, and waits until all is done. */
async function work(app: Application, faults: Faults): Promise<void> {
  const place = (id: string): Promise<void> => {
    const command = { type: 'PlaceOrder', data: { id } } as const;
    return repeated(faults, () => app.handle(order, id, command, { commandId: `place ${id}` }));
  };
  await place(ORDERS[0] as string);
  await Promise.all(ORDERS.slice(1).map(place));
  if (!faults.isCrashed) await app.settled({ timeoutMs: 500_000 });
}

/**
 * A store whose commits lose an answer at one call, and which then cannot be reached for a while,
 * so that it cannot be asked either.
 */
function storeWithOutage(store: Store, outage: Outage): Store {
  let commits = 0;
  return {
    name: store.name,
    reader: (context) => store.reader(context),
    leaveRequests: (context, requests) => store.leaveRequests(context, requests),
    published: (context) => store.published(context),
    async open(context) {
      const log = await store.open(context);
      let away = 0;
      const call =
        (name: string, method: (...given: unknown[]) => Promise<unknown>) =>
        async (...given: unknown[]): Promise<unknown> => {
          if (away > 0) {
            away -= 1;
            outage.calls += 1;
            throw new Error('The store cannot be reached.');
          }
          if (name === 'commit') commits += 1;
          const isLost =
            name === 'commit' && outage.calls === 0 && begins(outage, commits, given[0]);
          if (isLost && outage.kind === 'before') {
            away = 30;
            throw new Error('It was not committed.');
          }
          const answer = await method.apply(log, given);
          if (!isLost) return answer;
          away = outage.away ?? 30;
          throw new Error('The answer was lost.');
        };
      return new Proxy(log, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name);
          if (typeof value !== 'function' || name === 'onChange' || name === 'close') return value;
          return call(String(name), value as (...given: unknown[]) => Promise<unknown>);
        },
      });
    },
  };
}

function begins(outage: Outage, commits: number, writeSets: unknown): boolean {
  if (typeof outage.nth === 'number') return commits === outage.nth;
  return (writeSets as readonly WriteSet[]).some(outage.nth);
}

interface Outage {
  /** Which commit it begins with: by its number, or by what it holds. */
  readonly nth: number | ((writeSet: WriteSet) => boolean);
  readonly kind: 'before' | 'answer-lost';
  /** For how many calls the store is away then. Default 30. */
  readonly away?: number;
  /** How many calls were refused. */
  calls: number;
}

async function assertAllDoneOnce(
  store: MemoryStore,
  charges: ReadonlyMap<string, number>,
): Promise<void> {
  const ordering = await store.reader('ordering');
  const billing = await store.reader('billing');
  const types = async (log: typeof ordering, stream: string): Promise<string[]> =>
    (await log.readStream(stream, { limit: 100 })).map((record) => record.type);
  for (const id of ORDERS) {
    assert.deepEqual(await types(ordering, `order/${id}`), ['OrderPlaced', 'OrderConfirmed']);
    const paid = ['PaymentRequested', 'PaymentCompleted'];
    assert.deepEqual(await types(billing, `payment/${id}`), paid);
    const row = await ordering.document(`${orderBook.name}@1`, id);
    assert.equal(row, '{"placed":1,"confirmed":1}');
  }
  const all = await ordering.document(`${totals.name}@1`, 'all');
  assert.equal(all, JSON.stringify({ placed: ORDERS.length, confirmed: ORDERS.length }));
  assert.equal(charges.size, ORDERS.length);
  for (const log of [ordering, billing]) assert.deepEqual(await log.waiting({ limit: 10 }), []);
}

test('log to log: whichever call fails, everything is done in the end, and once', async () => {
  await sweep('log to log', () => shopWorld(embedded));
});

test('over a broker: whichever call fails, everything is done in the end, and once', async () => {
  await sweep('over a broker', () => shopWorld(() => memoryBackbone({ redeliverAfterMs: 20 })));
});

test('an effect is recorded once, also when the answer was lost and the store stays away', async () => {
  const inWorld = shopWorld(embedded);
  const isRecording = ({ done = [], records = [] }: WriteSet): boolean =>
    done.length > 0 && records.length > 0;
  // So long that the committer gives up asking, and no longer: then it is committed again.
  const outage: Outage = { nth: isRecording, kind: 'answer-lost', away: 10, calls: 0 };
  const app = await run(inWorld.contexts, {
    store: storeWithOutage(inWorld.store, outage),
    logger: silent,
    host: { clock: quickClock(50) },
  });

  await inWorld.work(app, new Faults());
  await inWorld.assertAllDoneOnce();
  await app.stop();

  assert.equal(outage.calls, 10);
});

for (const kind of ['before', 'answer-lost'] as const) {
  test(`the store goes away at each commit in turn (${kind}): all is done in the end, and once`, async () => {
    let refused = 0;
    let nth = 1;
    for (; ; nth += 1) {
      const inWorld = shopWorld(embedded);
      const outage: Outage = { nth, kind, calls: 0 };
      const app = await run(inWorld.contexts, {
        store: storeWithOutage(inWorld.store, outage),
        logger: silent,
        host: { clock: quickClock(50) },
      });
      try {
        await inWorld.work(app, new Faults());
        await inWorld.assertAllDoneOnce();
      } catch (cause) {
        throw new Error(`after commit ${nth}, ${outage.calls} calls refused`, { cause });
      } finally {
        await app.stop();
      }
      refused += outage.calls;
      if (outage.calls === 0) break;
    }
    console.log(`outages (${kind}): ${nth - 1} commits, ${refused} calls refused`);
    assert.ok(nth > 10);
  });
}
