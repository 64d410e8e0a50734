import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { sqlite } from '../adapters/sqlite/sqlite-store.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { quickClock } from '../host/fixtures/quick-clock.ts';
import type { Log } from '../log/log.ts';
import type { Store } from '../log/store.ts';
import type { Checkpoint } from '../log/write-set.ts';
import { readModel, type } from '../read-model/read-model.ts';
import { silent } from '../telemetry/logger.ts';
import { Faults, everyFault } from '../testing/faults.ts';
import { faultyStore } from '../testing/faulty-log.ts';
import type { Application } from './application.ts';
import { account, deposit } from './fixtures/banking.ts';
import { openedStore, rejection, start, until } from './fixtures/start.ts';
import { RebuildError } from './rebuild.ts';
import type { RunOptions } from './run-options.ts';
import { run } from './run.ts';

interface Balance {
  readonly id: string;
  readonly movements: number;
  /** By which code it was folded: tells a document that was built anew from an old one. */
  readonly build: number;
}

/** Movements by account. What it does now, a test changes while it runs. */
function movements() {
  const code = { build: 1, fail: (_amount: number): void => undefined };
  const idOf = (event: { readonly stream: string }): string => event.stream.slice(8);
  const model = readModel({
    name: 'movements',
    version: 1,
    document: type<Balance>(),
    from: [account],
    by: idOf,
    evolve: {
      Deposited(document, event) {
        code.fail(event.data.amount);
        const { build } = code;
        return { id: idOf(event), movements: (document?.movements ?? 0) + 1, build };
      },
    },
    index: ['id'],
  });
  return {
    code,
    model,
    context: boundedContext('banking', { aggregates: [account], readModels: [model] }),
  };
}

const ACCOUNTS = ['a', 'b', 'c'];

async function depositTo(app: Application, ids: readonly string[], times: number): Promise<void> {
  for (let time = 0; time < times; time += 1)
    await Promise.all(ids.map((id) => app.handle(account, id, deposit(time + 1))));
}

async function opened(t: TestContext, options: Partial<RunOptions> = {}) {
  const store = openedStore();
  const { code, model, context } = movements();
  const app = await start(t, [context], { store, ...options });
  const log = store.log('banking');
  return { app, store, code, model, context, log };
}

async function checkpointOf(log: Log): Promise<Checkpoint> {
  const all = await log.checkpoints();
  return all.find(({ subscription }) => subscription === 'movements@1') as Checkpoint;
}

/** Nothing of a building is left. */
async function assertNothingLeft(store: Store): Promise<void> {
  const log = await store.reader('banking');
  assert.deepEqual(await log.models(), ['movements@1']);
  const names = (await log.checkpoints()).map(({ subscription }) => subscription);
  assert.deepEqual(names, ['movements@1', 'timers']);
  assert.deepEqual(await log.waiting({ limit: 10 }), []);
  await log.close();
}

const stores: readonly [string, (t: TestContext) => Store][] = [
  ['memory', () => openedStore()],
  ['sqlite', (t) => sqlite(temporaryDirectory(t))],
];
for (const [name, makeStore] of stores) {
  test(`${name}: while it is built the old documents are read, and all change at one moment`, async (t) => {
    const { code, model, context } = movements();
    const store = makeStore(t);
    const app = await start(t, [context], { store });
    await depositTo(app, ACCOUNTS, 100);
    await app.settled();
    code.build = 2;
    const rebuilding = { isOver: false };
    const answers: (readonly Balance[])[] = [];
    const reading = (async () => {
      while (!rebuilding.isOver) {
        answers.push(await app.read(model).find({ orderBy: { id: 'ascending' } }));
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();

    await app.rebuild(model);
    const after = await app.read(model).find();
    rebuilding.isOver = true;
    await reading;

    const whole = (build: number) => ACCOUNTS.map((id) => ({ id, movements: 100, build }));
    assert.deepEqual(after, whole(2));
    assert.ok(answers.length > 0);
    for (const answer of answers) assert.deepEqual(answer, whole(answer[0]?.build ?? 0));
    assert.deepEqual(answers[0], whole(1));
  });
}

test('it tells how far it is, ever further, and at the end that it is there', async (t) => {
  const { app, model, log } = await opened(t);
  await depositTo(app, ACCOUNTS, 800);
  await app.settled();
  const told: { position: number; of: number }[] = [];

  await app.rebuild(model, { onProgress: (progress) => told.push(progress) });

  const head = await log.head();
  const positions = told.map(({ position }) => position);
  assert.deepEqual(
    positions,
    positions.toSorted((a, b) => a - b),
  );
  assert.ok(new Set(positions).size > 1, String(positions));
  assert.deepEqual(told.at(-1), { position: head, of: head });
});

test('who is told of the progress and throws ends the rebuild, and nothing else', async (t) => {
  const { app, code, model, store } = await opened(t);
  await depositTo(app, ACCOUNTS, 5);
  await app.settled();
  code.build = 2;

  const thrown = new Error('the page was closed');
  const onProgress = (): void => {
    throw thrown;
  };
  await assert.rejects(app.rebuild(model, { onProgress }), thrown);

  assert.equal((await app.read(model).get('a'))?.build, 1);
  await assertNothingLeft(store);
  await app.rebuild(model);
  assert.equal((await app.read(model).get('a'))?.build, 2);
});

test('aborted at any moment it leaves the old documents, or was done before', async (t) => {
  const { app, code, model, store } = await opened(t);
  await depositTo(app, ACCOUNTS, 5);
  await app.settled();
  for (let nth = 1; ; nth += 1) {
    const before = (await app.read(model).get('a'))?.build;
    code.build = nth + 1;
    const abort = new AbortController();
    let calls = 0;
    const onProgress = (): void => {
      if ((calls += 1) === nth) abort.abort();
    };
    const rebuilding = app.rebuild(model, { signal: abort.signal, onProgress });

    const isDone = await rebuilding.then(
      () => true,
      (error: unknown) => {
        assert.match((error as RebuildError).message, /aborted/);
        return false;
      },
    );

    const expected = isDone ? nth + 1 : before;
    for (const id of ACCOUNTS) {
      const document = await app.read(model).get(id);
      assert.deepEqual(document, { id, movements: 5, build: expected });
    }
    await assertNothingLeft(store);
    if (abort.signal.aborted) assert.equal(isDone, false);
    else break;
  }
});

test('another one begins only when the one before has cleared what it leaves', async (t) => {
  const { app, code, model, store } = await opened(t);
  await depositTo(app, ACCOUNTS, 200);
  await app.settled();
  code.build = 2;
  const abort = new AbortController();
  const first = app.rebuild(model, { signal: abort.signal, onProgress: () => abort.abort() });
  const firstEnded = rejection(first, RebuildError);

  let refused = 0;
  for (;;) {
    const error = await app.rebuild(model).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (error === undefined) break;
    assert.match((error as Error).message, /being rebuilt already/);
    refused += 1;
    await new Promise((resolve) => setImmediate(resolve));
  }

  await firstEnded;
  assert.ok(refused > 0);
  for (const id of ACCOUNTS)
    assert.deepEqual(await app.read(model).get(id), { id, movements: 200, build: 2 });
  await assertNothingLeft(store);
});

test('a record that cannot be folded ends it at once, and is named; nobody else is alarmed', async (t) => {
  const parked: unknown[] = [];
  const { app, code, model, store, log } = await opened(t, {
    onParked: (row) => void parked.push(row),
  });
  await depositTo(app, ['a'], 5_000);
  await depositTo(app, ['b'], 1);
  await app.settled();
  const [third] = await log.read({ after: 2, limit: 1 });
  code.build = 2;
  let folded = 0;
  code.fail = (amount) => {
    folded += 1;
    if (amount === 3) throw Object.assign(new Error('three is too many'), { retryable: false });
  };
  const settled = app.settled();

  const error = await rejection(app.rebuild(model), RebuildError);

  assert.match(error.message, /three is too many/);
  assert.deepEqual([error.recordId, error.key, error.model], [third?.id, 'a', 'movements']);
  assert.ok(folded <= 2_001, `${folded} were folded`);
  await settled;
  assert.deepEqual(parked, []);
  assert.deepEqual(await app.read(model).get('a'), { id: 'a', movements: 5_000, build: 1 });
  await assertNothingLeft(store);
});

test('a record that fails for a moment only is folded in the end, in order', async (t) => {
  const { app, code, model } = await opened(t, { host: { clock: quickClock(50) } });
  await depositTo(app, ACCOUNTS, 20);
  await app.settled();
  code.build = 2;
  let failures = 0;
  code.fail = (amount) => {
    if (amount === 7 && (failures += 1) <= 4) throw new Error('a moment');
  };

  await app.rebuild(model);

  for (const id of ACCOUNTS)
    assert.deepEqual(await app.read(model).get(id), { id, movements: 20, build: 2 });
});

test('a building that somebody else has taken over does not take the place of the old', async (t) => {
  const { app, code, model, log } = await opened(t);
  await depositTo(app, ACCOUNTS, 1_500);
  await app.settled();
  code.build = 2;
  const claim = {
    subscription: 'movements@1 being rebuilt',
    firstSlot: 0,
    lastSlot: 255,
    owner: 'somebody else',
    fingerprint: '',
    position: 0,
  };
  let taken: Promise<unknown> | undefined;
  const onProgress = ({ position }: { readonly position: number }): void => {
    if (position > 0) taken ??= log.claim(claim);
  };

  const error = await rejection(app.rebuild(model, { onProgress }), RebuildError);

  assert.match(error.message, /taken over/);
  for (const id of ACCOUNTS)
    assert.deepEqual(await app.read(model).get(id), { id, movements: 1_500, build: 1 });
});

test('one whose subscription was taken over, and that never heard of it, puts nothing in place', async (t) => {
  const { app, code, model, store, log } = await opened(t);
  await depositTo(app, ACCOUNTS, 5);
  await app.settled();
  code.build = 2;
  const replace = log.replaceModel.bind(log);
  log.replaceModel = async (replacement) => {
    await log.claim({ ...(await checkpointOf(log)), owner: 'another process' });
    return replace(replacement);
  };

  const error = await rejection(app.rebuild(model), RebuildError);

  assert.match(error.message, /another process has taken over/);
  assert.equal((await app.read(model).get('a'))?.build, 1);
  await assertNothingLeft(store);
});

test('what another process has removed before it was in place is not taken for a lost answer', async (t) => {
  const { app, code, model, store, log } = await opened(t);
  await depositTo(app, ACCOUNTS, 5);
  await app.settled();
  code.build = 2;
  const building = 'movements@1 being rebuilt';
  const replace = log.replaceModel.bind(log);
  const lost = new Error('the connection was lost');
  for (const isLost of [false, true]) {
    log.replaceModel = async (replacement) => {
      await log.dropModel(building, building);
      if (isLost) throw lost;
      return replace(replacement);
    };

    await assert.rejects(app.rebuild(model), isLost ? lost : RebuildError);

    assert.equal((await app.read(model).get('a'))?.build, 1);
  }
  await assertNothingLeft(store);
  log.replaceModel = async (replacement) => {
    await replace(replacement);
    throw lost;
  };
  await app.rebuild(model);
  assert.equal((await app.read(model).get('a'))?.build, 2);
});

test('a rebuild beside a commit whose answer was lost waits until it is known', async (t) => {
  const { app, code, model, log } = await opened(t, { host: { clock: quickClock(20) } });
  await depositTo(app, ACCOUNTS, 10);
  await app.settled();
  // From the read model's next move on, its checkpoint cannot be asked for either.
  const commit = log.commit.bind(log);
  const checkpoints = log.checkpoints.bind(log);
  let isAway = false;
  log.commit = async (writeSets) => {
    const outcomes = await commit(writeSets);
    const isItsMove = writeSets.some(({ moves = [], documents = [] }) =>
      moves.some(({ subscription }) => subscription === 'movements@1' && documents.length > 0),
    );
    if (!isItsMove || isAway) return outcomes;
    isAway = true;
    throw new Error('The answer was lost.');
  };
  log.checkpoints = async () => {
    if (isAway) throw new Error('The store is away.');
    return checkpoints();
  };
  await app.handle(account, 'a', deposit(1));
  await until(() => isAway);
  code.build = 2;

  const rebuilding = app.rebuild(model);
  await new Promise((resolve) => setTimeout(resolve, 500));
  log.commit = commit;
  log.checkpoints = checkpoints;
  await rebuilding;
  await app.settled();

  const counts = (await app.read(model).find()).map(({ id, movements: count }) => [id, count]);
  assert.deepEqual(counts, [
    ['a', 11],
    ['b', 10],
    ['c', 10],
  ]);
});

test('whichever call of the store fails, or is the last one: no document is missing or half', async () => {
  const world = async () => {
    const store = openedStore();
    const { context } = movements();
    const app = await run([context], { store, logger: silent });
    await depositTo(app, ACCOUNTS, 4);
    await app.settled();
    await app.stop();
    return store;
  };
  /** A life in which a rebuild is begun; whether it says that it was done. */
  const life = async (store: Store, faults: Faults, crashed: Promise<void>): Promise<boolean> => {
    const { code, model, context } = movements();
    code.build = 2;
    let app: Application | undefined;
    const signal = AbortSignal.timeout(10_000);
    try {
      app = await run([context], {
        store: faultyStore(store, faults),
        logger: silent,
        host: { clock: quickClock(50) },
      });
      await app.handle(account, 'a', deposit(5));
      const rebuilding = app.rebuild(model, { signal }).then(() => true);
      return await Promise.race([rebuilding, crashed.then(() => false)]);
    } catch {
      assert.ok(!signal.aborted, 'it ends by itself');
      return false;
    } finally {
      await app?.stop().catch(() => undefined);
    }
  };
  const counting = new Faults();
  await life(await world(), counting, new Promise(() => undefined));
  const faults = everyFault(counting.counts);
  let done = 0;
  for (const fault of faults) {
    const store = await world();
    const crashed = Promise.withResolvers<void>();
    const struck = new Faults(fault, () => {
      store.crash('banking');
      crashed.resolve();
    });
    const saysDone = await life(store, struck, crashed.promise);
    store.crash('banking');
    const { model, context } = movements();
    const app = await run([context], { store, logger: silent });
    try {
      await app.settled();
      const records = await store.log('banking').read({ after: 0, limit: 100 });
      const found = await app.read(model).find({ orderBy: { id: 'ascending' } });
      for (const id of ACCOUNTS) {
        const count = records.filter(({ stream }) => stream === `account/${id}`).length;
        assert.equal(found.find((each) => each.id === id)?.movements, count);
      }
      if (saysDone) assert.equal(found.find(({ id }) => id === 'b')?.build, 2);
      await assertNothingLeft(store);
      if (saysDone) done += 1;
    } catch (cause) {
      throw new Error(`after ${fault.kind} at call ${fault.nth} of ${fault.call}`, { cause });
    } finally {
      await app.stop();
      store.crash('banking');
    }
  }
  console.log(`${faults.length} faults; ${done} rebuilds came to their end all the same`);
  assert.ok(done > 0 && done < faults.length);
});

function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'thereupon-rebuild-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
