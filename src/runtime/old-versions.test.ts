import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { boundedContext } from '../context/bounded-context.ts';
import { manualClock } from '../host/fixtures/manual-clock.ts';
import { Committer } from '../log/committer.ts';
import { readModel, type } from '../read-model/read-model.ts';
import type { LogLine } from '../telemetry/logger.ts';
import { silent } from '../telemetry/logger.ts';
import { Faults, everyFault } from '../testing/faults.ts';
import { faultyStore } from '../testing/faulty-log.ts';
import type { Application } from './application.ts';
import { account, deposit } from './fixtures/banking.ts';
import { type OpenedStore, openedStore, start } from './fixtures/start.ts';
import { OldVersions, type OldVersionsParts } from './old-versions.ts';
import type { RunOptions } from './run-options.ts';
import { run } from './run.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

test('a version that nobody knows is dropped after a week, and that is told', async (t) => {
  const { store, clock, next } = await withFirstVersion(t);
  const lines: LogLine[] = [];
  await next([version(2)], { logger: { log: (line) => lines.push(line) } });

  await clock.advance(MINUTE_MS + 7 * DAY_MS - 1);
  assert.deepEqual(await names(store), ['balances@1', 'balances@2']);
  await clock.advance(HOUR_MS);

  assert.deepEqual(await names(store), ['balances@2']);
  assert.deepEqual(await subscriptions(store), ['balances@2']);
  assert.deepEqual(await store.log('banking').waiting({ limit: 10 }), []);
  const told = lines.filter(({ event }) => event === 'dropped');
  assert.deepEqual(
    told.map(({ context, subscription }) => [context, subscription]),
    [['banking', 'balances@1']],
  );
});

test('the week goes on over restarts, and a model without any version is dropped, too', async (t) => {
  const { store, clock, next } = await withFirstVersion(t);
  for (let day = 0; day < 6; day += 1) {
    const app = await next([]);
    await clock.advance(DAY_MS);
    await app.stop();
  }
  assert.deepEqual(await names(store, 'reader'), ['balances@1']);

  await next([]);
  await clock.advance(DAY_MS + HOUR_MS);

  assert.deepEqual(await names(store), []);
});

test('one that comes back in time goes on where it was, and has a whole week again', async (t) => {
  const { store, clock, next } = await withFirstVersion(t);
  const second = await next([version(2)]);
  await second.handle(account, 'a', deposit(1));
  await clock.advance(6 * DAY_MS);
  await second.stop();
  let folded = 0;
  // For a moment only: not even long enough to be looked at.
  const first = version(1, () => void (folded += 1));
  const back = await next([first]);
  await back.settled();
  assert.deepEqual(await back.read(first).get('a'), { id: 'a', movements: 3 });
  await back.stop();
  assert.equal(folded, 1);

  const third = await next([version(2)]);
  await clock.advance(6 * DAY_MS);
  assert.deepEqual(await names(store), ['balances@1', 'balances@2']);
  await clock.advance(2 * DAY_MS);
  assert.deepEqual(await names(store), ['balances@2']);
  await third.stop();
});

test('while the new version is behind the old one is not dropped; the week begins afterwards', async (t) => {
  const { store, clock, next } = await withFirstVersion(t);
  const gate = Promise.withResolvers<void>();
  const log = () => store.log('banking');
  const app = await next([version(2)], {
    store: held(store, () => gate.promise),
  });

  await clock.advance(30 * DAY_MS);
  assert.deepEqual(await names(store), ['balances@1', 'balances@2']);
  gate.resolve();
  await app.settled();
  await clock.advance(6 * DAY_MS);
  assert.deepEqual(await names(store), ['balances@1', 'balances@2']);
  await clock.advance(2 * DAY_MS);

  assert.deepEqual(await names(store), ['balances@2']);
  assert.equal(await log().head(), 3);
});

test('0 drops it at the next look, Infinity never; a declared one is never dropped', async (t) => {
  const { store, clock, next } = await withFirstVersion(t);
  const forever = await next([version(2)], { oldReadModelsKeptMs: Number.POSITIVE_INFINITY });
  await clock.advance(100 * DAY_MS);
  assert.deepEqual(await names(store), ['balances@1', 'balances@2']);
  await forever.stop();

  const both = await next([version(1), version(2)], { oldReadModelsKeptMs: 0 });
  await clock.advance(2 * HOUR_MS);
  assert.deepEqual(await names(store), ['balances@1', 'balances@2']);
  await both.stop();

  await next([version(2)], { oldReadModelsKeptMs: 0 });
  await clock.advance(MINUTE_MS);
  assert.deepEqual(await names(store), ['balances@2']);
});

test('killed at any call while it is dropped: what comes back is whole, and nothing is counted twice', async (t) => {
  const counting = new Faults();
  await dropping(t, counting);
  const faults = everyFault(counting.counts).filter(({ call }) => call.startsWith('banking.'));
  let dropped = 0;
  for (const fault of faults) {
    const { store, next } = await dropping(t, fault);
    if (!(await names(store, 'reader')).includes('balances@1')) dropped += 1;
    const again = version(1);
    const app = await next([again, version(2)]);
    await app.settled();
    const what = `after ${fault.kind} at call ${fault.nth} of ${fault.call}`;
    assert.deepEqual(await app.read(again).get('a'), { id: 'a', movements: 2 }, what);
    assert.deepEqual(await app.read(again).get('b'), { id: 'b', movements: 1 }, what);
    assert.deepEqual(await store.log('banking').waiting({ limit: 10 }), [], what);
    await app.stop();
  }
  console.log(`${faults.length} faults, ${dropped} of them after it was gone`);
  assert.ok(dropped > 0 && dropped < faults.length);
});

test('one that another process knows again, just as it is to be dropped, is kept', async (t) => {
  const { log, look, end } = await besideOthers(t);
  // Who joined has not been heard of yet.
  const known = new Set<string>();
  const joined = new Set(['balances@1']);

  await look({ known, whileNobodyJoins: (work) => work(joined) });
  const beside = await log.models();
  await look({ known, whileNobodyJoins: async () => undefined });
  const besideOneThatJoins = await log.models();
  await look({ known, whileNobodyJoins: (work) => work(known) });

  assert.deepEqual(beside, ['balances@1', 'balances@2']);
  assert.deepEqual(besideOneThatJoins, ['balances@1', 'balances@2']);
  assert.deepEqual(await log.models(), ['balances@2']);
  await end();
});

test('one that another process folds inline is known', async (t) => {
  const { log, look, end } = await besideOthers(t);
  const known = new Set(['balances@1 is inline']);

  await look({ known, whileNobodyJoins: (work) => work(known) });
  await look({ whileNobodyJoins: (work) => work(known) });

  assert.deepEqual(await log.models(), ['balances@1', 'balances@2']);
  await end();
});

test('while the new version is behind in another process the old one is not dropped', async (t) => {
  const { log, look, end } = await besideOthers(t);
  const claim = { subscription: 'balances@2', owner: 'another', fingerprint: 'f', position: 0 };
  await log.dropModel('balances@2', 'balances@2');
  await log.defineModel('balances@2', []);
  await log.claim({ ...claim, firstSlot: 0, lastSlot: 255 });

  await look({});

  assert.deepEqual(await log.models(), ['balances@1', 'balances@2']);
  await end();
});

/** Two versions, both caught up and not running; one process of several looks, which knows the second. */
async function besideOthers(t: TestContext) {
  const { store, clock, next } = await withFirstVersion(t);
  const app = await next([version(2)]);
  await app.settled();
  await app.stop();
  const log = await store.open('banking');
  const head = await log.head();
  const look = async (asked: {
    readonly known?: ReadonlySet<string>;
    readonly whileNobodyJoins?: OldVersionsParts['whileNobodyJoins'];
  }): Promise<void> => {
    const oldVersions = new OldVersions({
      log,
      committer: new Committer(log, clock),
      clock,
      logger: silent,
      keptMs: 0,
      declared: [version(2)],
      knownElsewhere: () => asked.known ?? new Set(),
      whileNobodyJoins: asked.whileNobodyJoins ?? ((work) => work(new Set())),
      head: () => head,
    });
    oldVersions.start();
    await clock.advance(MINUTE_MS);
    oldVersions.stop();
    await oldVersions.ended();
  };
  return { log, look, end: () => log.close() };
}

/** A life in which the first version is dropped, with a fault in it. */
async function dropping(t: TestContext, fault: Faults | ConstructorParameters<typeof Faults>[0]) {
  const world = await withFirstVersion(t);
  const { store, clock, next } = world;
  const faults = fault instanceof Faults ? fault : new Faults(fault, () => store.crash('banking'));
  const options = { store: faultyStore(store, faults), logger: silent, oldReadModelsKeptMs: 0 };
  const context = boundedContext('banking', { aggregates: [account], readModels: [version(2)] });
  const app = await run([context], { ...options, host: { clock } }).catch(() => undefined);
  if (app !== undefined && !faults.isCrashed) await clock.advance(MINUTE_MS);
  await app?.stop().catch(() => undefined);
  store.crash('banking');
  return { store, next };
}

function version(number: number, onFold: () => void = () => undefined) {
  const id = (event: { readonly stream: string }): string => event.stream.slice('account/'.length);
  return readModel({
    name: 'balances',
    version: number,
    document: type<{ id: string; movements: number }>(),
    from: [account],
    by: id,
    evolve: {
      Deposited(document, event) {
        onFold();
        return { id: id(event), movements: (document?.movements ?? 0) + 1 };
      },
    },
  });
}

/** A log whose first version has folded two deposits of "a" and one of "b", and was stopped. */
async function withFirstVersion(t: TestContext) {
  const store = openedStore();
  const clock = manualClock();
  const next = (
    readModels: readonly ReturnType<typeof version>[],
    options: Partial<RunOptions> = {},
  ): Promise<Application> => {
    const context = boundedContext('banking', { aggregates: [account], readModels });
    return start(t, [context], { store, host: { clock }, ...options });
  };
  const app = await next([version(1)]);
  for (const key of ['a', 'b', 'a']) await app.handle(account, key, deposit(1));
  await app.settled();
  await app.stop();
  return { store, clock, next };
}

/** A store whose records are read only when something has happened. */
function held(store: OpenedStore, gate: () => Promise<void>): OpenedStore {
  return {
    ...store,
    async open(context) {
      const log = await store.open(context);
      const read = log.read.bind(log);
      log.read = async (query) => {
        await gate();
        return read(query);
      };
      return log;
    },
  };
}

async function names(store: OpenedStore, by: 'log' | 'reader' = 'log') {
  const log = by === 'log' ? store.log('banking') : await store.reader('banking');
  return log.models();
}

async function subscriptions(store: OpenedStore): Promise<readonly string[]> {
  const checkpoints = await store.log('banking').checkpoints();
  const names = checkpoints.map(({ subscription }) => subscription);
  return names.filter((name) => name !== 'timers');
}
