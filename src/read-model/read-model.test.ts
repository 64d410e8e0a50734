import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { boundedContext } from '../context/bounded-context.ts';
import {
  MoneyDeposited,
  account,
  deposit,
  publishDeposits,
  withdraw,
} from '../runtime/fixtures/banking.ts';
import {
  type OpenedStore,
  openedStore,
  rejection,
  start,
  until,
} from '../runtime/fixtures/start.ts';
import { InlineModelError } from '../runtime/inline-models.ts';
import {
  HeldReadError,
  InvalidQueryError,
  StaleReadError,
  UnindexedFieldError,
} from '../runtime/query-model.ts';
import { RebuildError } from '../runtime/rebuild.ts';
import { SettledParkedError } from '../runtime/settled.ts';
import { InvalidTokenError } from '../runtime/token.ts';
import { aroundStore } from '../testing/around-store.ts';
import { type AnyReadModel, readModel, type } from './read-model.ts';

interface Balance {
  readonly id: string;
  readonly balance: number;
  readonly movements: number;
}

/** Balances by account; `fail` may break one of its events. */
function balances(
  options: { version?: number; inline?: boolean; fail?: (id: string, amount: number) => void } = {},
) {
  const { version = 1, inline = false, fail = () => undefined } = options;
  const id = (event: { stream: string }): string => event.stream.slice('account/'.length);
  return readModel({
    name: 'balances',
    version,
    document: type<Balance>(),
    from: [account],
    by: id,
    evolve: {
      Deposited(document, event) {
        fail(id(event), event.data.amount);
        return {
          id: id(event),
          balance: (document?.balance ?? 0) + event.data.amount,
          movements: (document?.movements ?? 0) + 1,
        };
      },
      Withdrawn: (document, event) =>
        document && {
          ...document,
          balance: document.balance - event.data.amount,
          movements: document.movements + 1,
        },
    },
    index: ['balance', 'id'],
    inline,
  });
}

function banking(...readModels: readonly AnyReadModel[]) {
  return boundedContext('banking', {
    aggregates: [account],
    publishes: [publishDeposits],
    readModels,
  });
}

test("one's own write is read with its token", async (t) => {
  const model = balances();
  const app = await start(t, [banking(model)]);

  for (let amount = 1; amount <= 20; amount += 1) {
    const { token } = await app.handle(account, 'a', deposit(1));
    const found = await app.read(model).get('a', { after: token });
    assert.deepEqual(found, { id: 'a', balance: amount, movements: amount });
  }
});

test('a document that was never there is undefined', async (t) => {
  const model = balances();
  const app = await start(t, [banking(model)]);

  assert.equal(await app.read(model).get('nobody'), undefined);
});

test('documents are found by indexed fields, in order, and counted', async (t) => {
  const model = balances();
  const app = await start(t, [banking(model)]);
  for (const [id, amount] of [
    ['c', 30],
    ['a', 10],
    ['d', 20],
    ['b', 20],
  ] as const)
    await app.handle(account, id, deposit(amount));
  await app.settled();
  const query = app.read(model);
  const ids = async (asked: Parameters<typeof query.find>[0]): Promise<string> =>
    (await query.find(asked)).map(({ id }) => id).join('');

  assert.equal(await ids({}), 'abcd');
  assert.equal(await ids({ where: { balance: 20 } }), 'bd');
  assert.equal(await ids({ where: { balance: { above: 10, atMost: 20 } } }), 'bd');
  assert.equal(await ids({ where: { balance: { in: [10, 30] } } }), 'ac');
  assert.equal(await ids({ where: { balance: 20, id: { above: 'b' } } }), 'd');
  assert.equal(await ids({ orderBy: { balance: 'descending' } }), 'cbda');
  assert.equal(await ids({ orderBy: { balance: 'ascending' }, limit: 2 }), 'ab');
  assert.equal(await ids({ limit: 0 }), '');
  assert.equal(await query.count(), 4);
  assert.equal(await query.count({ balance: { atLeast: 20 } }), 3);
});

test('what has no index, or is no question, is an error that says what to do', async (t) => {
  const model = balances();
  const app = await start(t, [banking(model)]);
  const query = app.read(model);

  const error = await rejection(query.find({ where: { movements: 1 } }), UnindexedFieldError);
  assert.match(error.message, /no index on "movements", only on "balance", "id".*Add it/s);
  await rejection(query.find({ orderBy: { movements: 'ascending' } }), UnindexedFieldError);
  await assert.rejects(async () => query.count({ movements: 1 }), UnindexedFieldError);
  await rejection(
    query.find({ orderBy: { balance: 'ascending', id: 'descending' } }),
    InvalidQueryError,
  );
  await rejection(query.find({ where: { balance: { like: 1 } as never } }), InvalidQueryError);
  await rejection(query.get('a', { after: 'nonsense' }), InvalidTokenError);
});

test('a read model that is behind is a stale read, once the time is over', async (t) => {
  const model = balances();
  const context = banking(model);
  const app = await start(t, [context]);
  await app.pause(context, 'balances@1', { who: 'ann', why: 'tea' });
  const { token } = await app.handle(account, 'a', deposit(1));

  const error = await rejection(
    app.read(model).get('a', { after: token, timeoutMs: 30 }),
    StaleReadError,
  );
  assert.equal(error.retryable, true);
  await rejection(app.read(model).find({ after: token, timeoutMs: 30 }), StaleReadError);
  assert.equal(await app.read(model).get('a'), undefined);
});

test('a token of a log that was restored since is a stale read', async (t) => {
  const model = balances();
  const app = await start(t, [banking(model)]);
  const { token } = await app.handle(account, 'a', deposit(1));
  const other = token.replace(/:.*:/, ':another-epoch:');

  await rejection(app.read(model).get('a', { after: other }), StaleReadError);
});

test('a token of another context waits until its facts were taken in and folded', async (t) => {
  const seen = readModel({
    name: 'seen',
    version: 1,
    document: type<{ total: number }>(),
    from: [MoneyDeposited],
    by: (event) => event.data.account,
    evolve: {
      'banking.MoneyDeposited': (document, event) => ({
        total: (document?.total ?? 0) + event.data.amount,
      }),
    },
  });
  const app = await start(t, [banking(), boundedContext('watching', { readModels: [seen] })]);

  for (let total = 1; total <= 10; total += 1) {
    const { token } = await app.handle(account, 'a', deposit(1));
    assert.deepEqual(await app.read(seen).get('a', { after: token }), { total });
  }
});

test('a record that fails holds its own document only; who asks after it is told which record', async (t) => {
  let isBroken = true;
  const model = balances({
    fail(id, amount) {
      if (isBroken && id === 'a' && amount === 2)
        throw Object.assign(new Error('broken'), { retryable: false });
    },
  });
  const app = await start(t, [banking(model)]);
  await app.handle(account, 'a', deposit(1));
  const broken = await app.handle(account, 'a', deposit(2));
  const later = await app.handle(account, 'a', deposit(3));
  const other = await app.handle(account, 'b', deposit(4));

  const query = app.read(model);
  assert.equal((await query.get('b', { after: other.token }))?.balance, 4);
  const error = await rejection(query.get('a', { after: later.token }), HeldReadError);
  assert.equal(error.recordId, broken.events[0]?.id);
  assert.equal((await query.get('a'))?.balance, 1);
  isBroken = false;
  await app.redrive({}, { who: 'ann', why: 'mended' });
  await app.settled();

  assert.equal((await query.get('a', { after: later.token }))?.balance, 6);
});

test('a record that is tried again soon is waited for', async (t) => {
  let failures = 2;
  const model = balances({
    fail() {
      if ((failures -= 1) >= 0) throw new Error('for a moment');
    },
  });
  const app = await start(t, [banking(model)]);

  const { token } = await app.handle(account, 'a', deposit(1));

  assert.equal((await app.read(model).get('a', { after: token }))?.balance, 1);
});

test('what is tried again while documents are read for what follows is not folded over', async (t) => {
  let isBroken = true;
  const model = balances({
    fail(_, amount) {
      if (isBroken && amount === 2) throw new Error('for a moment');
    },
  });
  const store = openedStore();
  const waits = () => store.log('banking').waiting({ limit: 1 });
  // The answer is on its way for long, as that of a server may be.
  let isSlow = false;
  const slow = aroundStore(store, async ({ name, make }) => {
    const answer = await make();
    if (isSlow && name === 'banking.documents')
      await until(async () => (await waits()).length === 0);
    return answer;
  });
  const app = await start(t, [banking(model)], { store: slow });
  await app.handle(account, 'a', deposit(1));
  await app.settled();
  await app.handle(account, 'a', deposit(2));
  await until(async () => (await waits()).length === 1);

  isBroken = false;
  isSlow = true;
  await app.handle(account, 'a', deposit(3));
  await app.settled();

  assert.equal((await app.read(model).get('a'))?.balance, 6);
});

test('several keys of one event are several documents, each folded once', async (t) => {
  const model = readModel({
    name: 'twice',
    version: 1,
    document: type<{ count: number }>(),
    from: [account],
    by: (event) => [event.stream, 'all', 'all'],
    evolve: { Deposited: (document) => ({ count: (document?.count ?? 0) + 1 }) },
  });
  const app = await start(t, [banking(model)]);

  await app.handle(account, 'a', deposit(1));
  await app.handle(account, 'b', deposit(1));
  await app.settled();

  assert.deepEqual(await app.read(model).get('all'), { count: 2 });
  assert.deepEqual(await app.read(model).get('account/a'), { count: 1 });
});

test('what evolve answers with undefined is deleted', async (t) => {
  const model = readModel({
    name: 'open',
    version: 1,
    document: type<{ amount: number }>(),
    from: [account],
    by: (event) => event.stream,
    evolve: {
      Deposited: (_, event) => ({ amount: event.data.amount }),
      Withdrawn: () => undefined,
    },
  });
  const app = await start(t, [banking(model)]);
  await app.handle(account, 'a', deposit(1));
  const { token } = await app.handle(account, 'a', withdraw(1));

  assert.equal(await app.read(model).get('account/a', { after: token }), undefined);
  assert.equal(await app.read(model).count(), 0);
});

test('a new read model is built from what is there, a new version beside the old one', async (t) => {
  const store = openedStore();
  const one = balances();
  const first = await start(t, [banking(one)], { store });
  await first.handle(account, 'a', deposit(5));
  await first.settled();
  await first.stop();
  const two = balances({ version: 2 });

  const second = await start(t, [banking(one, two)], { store });
  await second.handle(account, 'a', deposit(2));
  await second.settled();

  assert.equal((await second.read(one).get('a'))?.balance, 7);
  assert.equal((await second.read(two).get('a'))?.balance, 7);
});

test('an inline read model is never behind', async (t) => {
  const model = balances({ inline: true });
  const app = await start(t, [banking(model)]);

  await app.handle(account, 'a', deposit(5));

  assert.equal((await app.read(model).get('a'))?.balance, 5);
});

test('many commands at once that change one inline document lose nothing of each other', async (t) => {
  const model = readModel({
    name: 'total',
    version: 1,
    document: type<{ count: number }>(),
    from: [account],
    by: () => 'all',
    evolve: { Deposited: (document) => ({ count: (document?.count ?? 0) + 1 }) },
    inline: true,
  });
  const app = await start(t, [banking(model)]);

  await Promise.all(
    Array.from({ length: 200 }, (_, index) => app.handle(account, `a${index}`, deposit(1))),
  );

  assert.deepEqual(await app.read(model).get('all'), { count: 200 });
});

test('a command whose inline document cannot be folded fails, and changes nothing', async (t) => {
  const store = openedStore();
  const model = balances({
    inline: true,
    fail(_, amount) {
      if (amount === 13) throw new Error('unlucky');
    },
  });
  const app = await start(t, [banking(model)], { store });

  await assert.rejects(app.handle(account, 'a', deposit(13)), /unlucky/);

  assert.equal(await store.log('banking').head(), 0);
});

test('a new inline read model is built from the past before anything else is done', async (t) => {
  const store = openedStore();
  await withPast(t, store);
  const model = balances({ inline: true });

  const app = await start(t, [banking(model)], { store });

  assert.equal((await app.read(model).get('a'))?.balance, 5);
  await app.handle(account, 'a', deposit(1));
  assert.equal((await app.read(model).get('a'))?.balance, 6);
});

test('an inline read model that was away for a while is built anew when it comes back', async (t) => {
  const store = openedStore();
  const model = balances({ inline: true });
  const first = await start(t, [banking(model)], { store });
  await first.handle(account, 'a', deposit(1));
  await first.stop();
  await withPast(t, store);

  const app = await start(t, [banking(model)], { store });

  assert.deepEqual(await app.read(model).get('a'), { id: 'a', balance: 6, movements: 2 });
});

test('a read model changes between inline and not, and counts nothing twice', async (t) => {
  const store = openedStore();
  for (const [round, inline] of [true, false, true, false].entries()) {
    const model = balances({ inline });
    const app = await start(t, [banking(model)], { store });
    await app.handle(account, 'a', deposit(1));
    await app.settled();
    assert.equal((await app.read(model).get('a'))?.movements, round + 1);
    await app.stop();
  }
});

test('an inline read model that cannot be built from the past keeps the application from starting', async (t) => {
  const store = openedStore();
  await withPast(t, store);
  let isBroken = true;
  const model = balances({
    inline: true,
    fail() {
      if (isBroken) throw Object.assign(new Error('broken'), { retryable: false });
    },
  });

  const error = await rejection(start(t, [banking(model)], { store }), InlineModelError);
  assert.match(error.message, /"balances".*broken/s);
  isBroken = false;

  const app = await start(t, [banking(model)], { store });
  assert.equal((await app.read(model).get('a'))?.balance, 5);
  assert.deepEqual(await app.parked(), []);
});

test('a rebuild shows the old documents until the new ones take their place, and tells how far it is', async (t) => {
  let factor = 1;
  const model = balances({ fail: () => undefined });
  const changing = { ...model, evolve: { ...model.evolve } } as typeof model;
  Object.assign(changing.evolve, {
    Deposited: (document: Balance | undefined, event: { data: { amount: number } }) => ({
      id: 'a',
      balance: (document?.balance ?? 0) + factor * event.data.amount,
      movements: (document?.movements ?? 0) + 1,
    }),
  });
  const app = await start(t, [banking(changing)]);
  for (let count = 0; count < 100; count += 1) await app.handle(account, 'a', deposit(1));
  await app.settled();
  factor = 10;
  const progress: { position: number; of: number }[] = [];

  const rebuilding = app.rebuild(changing, { onProgress: (each) => progress.push(each) });
  assert.equal((await app.read(changing).get('a'))?.balance, 100);
  await rebuilding;

  assert.deepEqual(await app.read(changing).get('a'), { id: 'a', balance: 1_000, movements: 100 });
  assert.ok(progress.length > 0);
  assert.equal(progress.at(-1)?.of, 200);
});

test('a rebuild while events arrive loses none and folds none twice', async (t) => {
  const model = balances();
  const app = await start(t, [banking(model)]);
  for (let count = 0; count < 500; count += 1) await app.handle(account, 'a', deposit(1));
  let isOver = false;
  let sent = 500;
  const sending = (async () => {
    while (!isOver) {
      await Promise.all(
        Array.from({ length: 10 }, () => app.handle(account, `a${(sent += 1) % 5}`, deposit(1))),
      );
    }
  })();

  for (let round = 0; round < 5; round += 1) await app.rebuild(model);
  isOver = true;
  await sending;
  await app.settled();

  const found = await app.read(model).find();
  assert.equal(
    found.reduce((sum, { movements }) => sum + movements, 0),
    sent,
  );
  assert.equal(
    found.reduce((sum, { balance }) => sum + balance, 0),
    sent,
  );
});

test('a rebuild never gets ahead of a read model that is paused', async (t) => {
  const model = balances();
  const context = banking(model);
  const app = await start(t, [context]);
  await app.handle(account, 'a', deposit(1));
  await app.settled();
  await app.pause(context, 'balances@1', { who: 'ann', why: 'tea' });
  await app.handle(account, 'a', deposit(1));

  await app.rebuild(model);
  assert.equal((await app.read(model).get('a'))?.movements, 1);
  await app.resume(context, 'balances@1', { who: 'ann', why: 'go on' });
  await app.settled();

  assert.equal((await app.read(model).get('a'))?.movements, 2);
});

test('a rebuild that is aborted, or whose evolve fails, leaves the old documents as they were', async (t) => {
  let isBroken = false;
  const model = balances({
    fail(_, amount) {
      if (isBroken && amount === 2) throw Object.assign(new Error('broken'), { retryable: false });
    },
  });
  const store = openedStore();
  const app = await start(t, [banking(model)], { store });
  for (const amount of [1, 2, 3]) await app.handle(account, 'a', deposit(amount));
  await app.settled();
  const abort = new AbortController();
  abort.abort();

  await rejection(app.rebuild(model, { signal: abort.signal }), RebuildError);
  isBroken = true;
  const error = await rejection(app.rebuild(model), RebuildError);
  assert.match(error.message, /broken/);

  assert.equal((await app.read(model).get('a'))?.balance, 6);
  assert.deepEqual(await store.log('banking').waiting({ limit: 10 }), []);
  assert.deepEqual(await store.log('banking').models(), ['balances@1']);
  // What a failed one left behind does not disturb the next.
  isBroken = false;
  await app.rebuild(model);
  assert.equal((await app.read(model).get('a'))?.balance, 6);
});

test('a rebuild beside records that wait is refused: they would be folded twice', async (t) => {
  let isBroken = true;
  const model = balances({
    fail(_, amount) {
      if (isBroken && amount === 2) throw Object.assign(new Error('broken'), { retryable: false });
    },
  });
  const app = await start(t, [banking(model)]);
  for (const amount of [1, 2]) await app.handle(account, 'a', deposit(amount));
  await until(async () => (await app.parked()).length === 1);
  isBroken = false;

  await rejection(app.rebuild(model), RebuildError);
  await app.redrive({}, { who: 'ann', why: 'mended' });
  await app.rebuild(model);

  assert.deepEqual(await app.read(model).get('a'), { id: 'a', balance: 3, movements: 2 });
});

test('of two rebuilds at once one is refused; a stop ends one', async (t) => {
  const model = balances();
  const app = await start(t, [banking(model)]);
  for (let count = 0; count < 100; count += 1) await app.handle(account, 'a', deposit(1));
  await app.settled();

  const results = await Promise.allSettled([app.rebuild(model), app.rebuild(model)]);
  assert.deepEqual(results.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
  assert.equal((await app.read(model).get('a'))?.movements, 100);
  const [ended] = await Promise.allSettled([app.rebuild(model), app.stop()]);
  assert.ok(ended !== undefined);
});

test('an evolve that fails parks its record after its attempts, and settled tells', async (t) => {
  const model = balances({
    fail() {
      throw Object.assign(new Error('broken'), { retryable: false });
    },
  });
  const app = await start(t, [banking(model)]);

  await app.handle(account, 'a', deposit(1), { correlationId: 'action' });

  await rejection(app.settled({ correlationId: 'action' }), SettledParkedError);
});

test('a key function that fails folds into no other document', async (t) => {
  let isBroken = true;
  const model = readModel({
    name: 'by-amount',
    version: 1,
    document: type<{ count: number }>(),
    from: [account],
    by(event) {
      if (isBroken) throw Object.assign(new Error('no key'), { retryable: false });
      return [`amount ${event.data.amount}`, 'all'];
    },
    evolve: { Deposited: (document) => ({ count: (document?.count ?? 0) + 1 }) },
  });
  const app = await start(t, [banking(model)]);
  await app.handle(account, 'a', deposit(7));
  await until(async () => (await app.parked()).length === 1);
  isBroken = false;

  await app.redrive({}, { who: 'ann', why: 'mended' });
  await app.settled();

  assert.deepEqual(await app.read(model).get('amount 7'), { count: 1 });
  assert.deepEqual(await app.read(model).get('all'), { count: 1 });
  assert.equal(await app.read(model).count(), 2);
});

/** The context ran without any read model, and five were deposited. */
async function withPast(t: TestContext, store: OpenedStore): Promise<void> {
  const app = await start(t, [banking()], { store });
  await app.handle(account, 'a', deposit(5));
  await app.stop();
}
