import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { aggregate } from '../aggregate/aggregate.ts';
import { boundedContext } from '../context/bounded-context.ts';
import type { Fact } from '../message/fact.ts';
import { type OpenedStore, openedStore, start, until } from '../runtime/fixtures/start.ts';
import { SettledParkedError } from '../runtime/settled.ts';
import { type EffectOptions, type Means, effect } from './effect.ts';
import { happened } from './source.ts';
import { notYet } from './tools.ts';

type PaymentCommand =
  | Fact<'Request', { readonly amount: number }>
  | Fact<'Record', { readonly charged: number }>;
type PaymentEvent =
  | Fact<'Requested', { readonly amount: number }>
  | Fact<'Charged', { readonly charged: number }>;

const payment = aggregate({
  name: 'payment',
  initial: { count: 0 },
  decide(command: PaymentCommand): PaymentEvent[] {
    if (command.type === 'Request') return [{ type: 'Requested', data: command.data }];
    if (command.data.charged < 0) throw new Error('A charge is never negative.');
    return [{ type: 'Charged', data: command.data }];
  },
  evolve: ({ count }, _event: PaymentEvent) => ({ count: count + 1 }),
});

test('what is performed is recorded once, and belongs to the action that caused it', async (t) => {
  const { app, request, store, charged } = await charging(t, async () => 42);

  const { events } = await request('a', 10, { correlationId: 'action' });
  await app.settled({ correlationId: 'action' });

  assert.deepEqual(await charged('a'), [42]);
  const records = await store.log('billing').recordsOfAction('action', 10);
  assert.equal(records.at(-1)?.type, 'Charged');
  assert.equal(records.at(-1)?.causationId, events[0]?.id);
});

test('every attempt has the same idempotency key, made of context, effect and record', async (t) => {
  const keys: string[] = [];
  const attempts: number[] = [];
  const { app, request } = await charging(t, async ({ idempotencyKey, attempt }) => {
    keys.push(idempotencyKey);
    attempts.push(attempt);
    if (keys.length < 3) throw new Error('try again');
    return 1;
  });

  const { events } = await request('a', 10);
  await app.settled();

  assert.deepEqual(new Set(keys), new Set([`billing/charge/${events[0]?.id}`]));
  assert.deepEqual(attempts, [1, 2, 3]);
});

test('performed before a crash and not recorded: performed again under the same key, recorded once', async (t) => {
  const store = openedStore();
  const keys: string[] = [];
  const first = await charging(
    t,
    async ({ idempotencyKey }) => {
      keys.push(idempotencyKey);
      store.crash('billing');
      return 1;
    },
    { store },
  );
  await first.request('a', 10);
  await until(() => keys.length === 1);
  await first.app.stop().catch(() => undefined);

  const second = await charging(
    t,
    async ({ idempotencyKey }) => {
      keys.push(idempotencyKey);
      return 1;
    },
    { store },
  );
  await second.app.settled();

  assert.equal(keys.length, 2);
  assert.equal(new Set(keys).size, 1);
  assert.deepEqual(await second.charged('a'), [1]);
});

test('the checkpoint does not wait for the outside', async (t) => {
  const gate = Promise.withResolvers<void>();
  const { app, request, store } = await charging(t, async () => {
    await gate.promise;
    return 1;
  });
  await request('a', 10);
  await request('b', 10);

  await until(async () => {
    const [checkpoint] = await store.log('billing').checkpoints();
    return checkpoint?.position === (await store.log('billing').head());
  });
  const rows = await store.log('billing').waiting({ limit: 10 });
  gate.resolve();
  await app.settled();

  assert.deepEqual(
    rows.map(({ kind, key }) => `${kind} ${key}`),
    ['effect a', 'effect b'],
  );
});

test('one key is performed in order, different keys side by side', async (t) => {
  const running = new Set<string>();
  let most = 0;
  const order: string[] = [];
  const { app, request } = await charging(t, async (_, event) => {
    assert.ok(!running.has(event.stream), 'two of one key at once');
    running.add(event.stream);
    most = Math.max(most, running.size);
    await sleep(5);
    running.delete(event.stream);
    order.push(`${event.stream} ${event.data.amount}`);
    return 1;
  });

  for (let amount = 1; amount <= 3; amount += 1)
    for (const id of ['a', 'b', 'c']) await request(id, amount);
  await app.settled();

  assert.ok(most > 1);
  for (const id of ['a', 'b', 'c'])
    assert.deepEqual(
      order.filter((each) => each.startsWith(`payment/${id}`)),
      [1, 2, 3].map((amount) => `payment/${id} ${amount}`),
    );
});

test('no more are performed at once than it says', async (t) => {
  let running = 0;
  let most = 0;
  const perform = async () => {
    running += 1;
    most = Math.max(most, running);
    await sleep(5);
    running -= 1;
    return 1;
  };
  const { app, request } = await charging(t, perform, { concurrency: 3 });

  await Promise.all(Array.from({ length: 20 }, (_, index) => request(`p${index}`, 1)));
  await app.settled();

  assert.equal(most, 3);
});

test('an outage pauses it, parks nothing, and all goes on when it is over', async (t) => {
  let isDown = true;
  let calls = 0;
  const { app, request, charged } = await charging(
    t,
    async () => {
      calls += 1;
      if (isDown) throw Object.assign(new Error('unreachable'), { retryable: true });
      return 1;
    },
    { retry: { attemptsMax: 2, firstDelayMs: 1 } },
  );
  await Promise.all(Array.from({ length: 50 }, (_, index) => request(`p${index}`, 1)));

  await until(async () => (await app.health()).status === 'red');
  await sleep(300);
  const callsWhileDown = calls;
  assert.deepEqual(await app.parked(), []);
  isDown = false;
  await app.settled();

  assert.ok(callsWhileDown < 50, `${callsWhileDown} calls while it was down`);
  for (let index = 0; index < 50; index += 1) assert.deepEqual(await charged(`p${index}`), [1]);
  assert.deepEqual(await app.parked(), []);
});

test('an outage is over after a restart, too', async (t) => {
  const store = openedStore();
  const down = async (): Promise<number> => {
    throw Object.assign(new Error('unreachable'), { retryable: true });
  };
  const first = await charging(t, down, { store, retry: { attemptsMax: 2, firstDelayMs: 1 } });
  await first.request('a', 1);
  await until(async () => (await first.app.health()).status === 'red');
  await first.app.stop();

  const second = await charging(t, async () => 1, { store });
  await second.app.settled();

  assert.deepEqual(await second.charged('a'), [1]);
});

test('what the aggregate refuses to record is parked at once: to perform it again would not help', async (t) => {
  let calls = 0;
  const { app, request } = await charging(t, async () => {
    calls += 1;
    return -1;
  });

  await request('a', 10);
  await assert.rejects(app.settled(), SettledParkedError);

  assert.equal(calls, 1);
  const [row] = await app.parked();
  assert.equal(row?.error?.code, 'refused');
  assert.match(row?.error?.message ?? '', /never negative/);
});

test('a command that comes between is no reason to perform it again', async (t) => {
  let calls = 0;
  let hasComeBetween = false;
  const it: { request?: (id: string, amount: number) => Promise<unknown> } = {};
  const { app, request, charged } = await charging(
    t,
    async () => {
      calls += 1;
      return calls;
    },
    {
      async recording() {
        if (hasComeBetween) return;
        hasComeBetween = true;
        await outside(() => it.request?.('a', 99));
      },
    },
  );
  it.request = request;

  await request('a', 1);
  await app.settled();

  // The one that came between is performed as well, each of them once.
  assert.equal(calls, 2);
  assert.deepEqual(await charged('a'), [1, 2]);
});

test('an outcome that cannot be recorded yet is not lost: it is performed again under the same key', async (t) => {
  const keys: string[] = [];
  let isOpen = false;
  const charge = effect({
    name: 'charge',
    on: happened(payment, 'Requested'),
    perform: async (_, { idempotencyKey, attempt }) => {
      keys.push(`${idempotencyKey} ${attempt}`);
      return 42;
    },
    record: async (_, charged, { handle }) =>
      isOpen
        ? handle(payment, 'a', { type: 'Record', data: { charged } })
        : notYet('the books are closed'),
  });
  const store = openedStore();
  const context = boundedContext('billing', { aggregates: [payment], effects: [charge] });
  const app = await start(t, [context], { store });
  await app.handle(payment, 'a', { type: 'Request', data: { amount: 1 } });

  await until(async () => {
    const [row] = await store.log('billing').waiting({ limit: 1 });
    return row?.error?.message === 'the books are closed';
  });
  isOpen = true;
  await app.settled();

  assert.equal(await store.log('billing').streamVersion('payment/a'), 2);
  assert.ok(keys.length > 1);
  assert.equal(new Set(keys).size, 1);
});

test('an effect needs to record nothing', async (t) => {
  let calls = 0;
  const mail = effect({
    name: 'mail',
    on: happened(payment, 'Requested'),
    perform: async () => void (calls += 1),
  });
  const context = boundedContext('billing', { aggregates: [payment], effects: [mail] });
  const app = await start(t, [context]);

  await app.handle(payment, 'a', { type: 'Request', data: { amount: 1 } });
  await app.settled();

  assert.equal(calls, 1);
});

test('a pause keeps what waits from being performed, until it is resumed', async (t) => {
  let calls = 0;
  const { app, request, context, store } = await charging(t, async () => (calls += 1));
  await app.pause(context, 'charge', { who: 'ann', why: 'the gateway moves house' });

  await request('a', 1);
  await sleep(50);
  assert.equal(calls, 0);
  const health = await app.health();
  assert.equal(health.status, 'red');
  assert.match(JSON.stringify(health), /paused by ann: the gateway moves house/);
  await app.resume(context, 'charge', { who: 'ann', why: 'it is back' });
  await app.settled();

  assert.equal(calls, 1);
  const operations = await store.log('billing').operations(10);
  assert.deepEqual(
    operations.map(({ action, who }) => `${action} ${who}`),
    ['resume ann', 'pause ann'],
  );
});

interface Options extends Omit<EffectOptions<never>, 'by'> {
  readonly store?: OpenedStore;
  readonly recording?: () => Promise<void>;
}

async function charging(
  t: TestContext,
  perform: (means: Means, event: { stream: string; data: { amount: number } }) => Promise<number>,
  { store = openedStore(), recording, ...options }: Options = {},
) {
  const charge = effect({
    name: 'charge',
    on: happened(payment, 'Requested'),
    startFrom: 'beginning',
    perform: (event, means) => perform(means, event),
    record: async (event, outcome, { handle }) => {
      const id = event.stream.slice('payment/'.length);
      const handled = handle(payment, id, { type: 'Record', data: { charged: outcome } });
      await handled;
      await recording?.();
    },
    ...options,
  });
  const context = boundedContext('billing', { aggregates: [payment], effects: [charge] });
  const app = await start(t, [context], { store });
  return {
    app,
    store,
    context,
    request: (id: string, amount: number, more: { correlationId?: string } = {}) =>
      app.handle(payment, id, { type: 'Request', data: { amount } }, more),
    charged: async (id: string): Promise<readonly unknown[]> =>
      (await store.log('billing').readStream(`payment/${id}`, { limit: 100 }))
        .filter(({ type }) => type === 'Charged')
        .map(({ data }) => (JSON.parse(data) as { charged: number }).charged),
  };
}

/** Does something as somebody outside of the handler would. */
function outside<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => outsideQueue.push(() => resolve(work())));
}
const outsideQueue: (() => void)[] = [];
setInterval(() => outsideQueue.shift()?.(), 1).unref();

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
