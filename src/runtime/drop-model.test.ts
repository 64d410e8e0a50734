/** A version of a read model that the code does not know any more is dropped by hand. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { sqlite } from '../adapters/sqlite/sqlite-store.ts';
import { embedded } from '../backbone/log-to-log.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { systemHost } from '../host/host.ts';
import { dropModel, modelVersions } from '../inspection/model-versions.ts';
import { withLogs } from '../inspection/open-logs.ts';
import type { Store } from '../log/store.ts';
import { readModel, type } from '../read-model/read-model.ts';
import { silent } from '../telemetry/logger.ts';
import { account, deposit } from './fixtures/banking.ts';
import { start, until } from './fixtures/start.ts';
import { sweep } from './fixtures/sweep.ts';
import { run } from './run.ts';

const by = { who: 'ann', why: 'the disk is full' };

for (const [name, makeStore] of [
  ['memory', () => memory()],
  ['SQLite', (t: TestContext) => sqlite(folderOf(t))],
] as const) {
  test(`${name}: an old version is dropped when it is asked for, and one that is known is not`, async (t) => {
    const store = makeStore(t);
    await once(store, 1);
    await start(t, [banking(2)], { store });
    const before = await versions(store);

    const known = await drop(store, 'balances@2');
    const dropped = await drop(store, 'balances@1');
    const again = await drop(store, 'balances@1');

    assert.deepEqual(
      before.map(({ model, isListed, isThere }) => [model, isListed, isThere]),
      [
        ['balances@1', false, true],
        ['balances@2', true, true],
      ],
    );
    assert.equal(known.state, 'refused');
    assert.match(known.state === 'refused' ? known.why : '', /^A running process knows balances@2/);
    assert.deepEqual(dropped, { state: 'done' });
    assert.deepEqual(again, { state: 'refused', why: 'There is no balances@1 any more.' });
    const after = await versions(store);
    assert.deepEqual(
      after.map(({ model }) => model),
      ['balances@2'],
    );
    const log = await store.reader('banking');
    assert.deepEqual(await log.waiting({ limit: 10 }), []);
    assert.ok((await log.checkpoints()).every(({ subscription }) => subscription !== 'balances@1'));
    const done = (await log.operations(10)).filter(({ detail }) => !detail.includes('refused'));
    assert.deepEqual(
      done.map(({ action, who, why }) => [action, who, why]),
      [['drop-model', by.who, by.why]],
    );
    await log.close();
  });

  test(`${name}: what was asked for while nobody ran is done at the next start, unless that knows it again`, async (t) => {
    const store = makeStore(t);
    await once(store, 1);
    await once(store, 2);

    const left = await drop(store, 'balances@1');
    await once(store, 1, async () => (await requests(store)) === 0);
    const kept = (await versions(store)).map(({ model }) => model);
    await drop(store, 'balances@1');
    await once(store, 2, async () => (await requests(store)) === 0);

    assert.deepEqual(left, { state: 'waits' });
    assert.deepEqual(kept, ['balances@1', 'balances@2']);
    assert.deepEqual(
      (await versions(store)).map(({ model }) => model),
      ['balances@2'],
    );
  });
}

test('documents of processes and what there never was are refused', async (t) => {
  const store = memory();
  await start(t, [banking(1)], { store });

  const process = await drop(store, 'deadline (process)');
  const nothing = await drop(store, 'balances@7');

  assert.deepEqual([process.state, nothing.state], ['refused', 'refused']);
});

test('whichever call fails, an old version is dropped whole, and that is on record once', async () => {
  await sweep('drop a model', async () => {
    const store = memory();
    await once(store, 1);
    return {
      store,
      backbone: embedded(),
      contexts: [banking(2)],
      async work(_app, faults) {
        const isThere = (await versions(store)).some(({ model }) => model === 'balances@1');
        if (isThere && (await requests(store)) === 0) await drop(store, 'balances@1', 0);
        await until(async () => faults.isCrashed || (await requests(store)) === 0, 60_000);
      },
      async assertAllDoneOnce() {
        const models = (await versions(store)).map(({ model }) => model);
        assert.deepEqual(models, ['balances@2']);
        const log = await store.reader('banking');
        assert.deepEqual(await log.waiting({ limit: 10 }), []);
        const actions = (await log.operations(10)).map(({ action, detail }) => [
          action,
          detail.includes('refused'),
        ]);
        assert.deepEqual(actions, [['drop-model', false]]);
      },
    };
  });
});

function banking(version: number) {
  const balances = readModel({
    name: 'balances',
    version,
    document: type<{ movements: number }>(),
    from: [account],
    by: () => 'all',
    evolve: { Deposited: (document) => ({ movements: (document?.movements ?? 0) + 1 }) },
  });
  return boundedContext('banking', { aggregates: [account], readModels: [balances] });
}

/** A release that runs, folds what there is, and ends again. */
async function once(
  store: Store,
  version: number,
  isOver: () => boolean | Promise<boolean> = () => true,
): Promise<void> {
  const app = await run([banking(version)], { store, logger: silent });
  await app.handle(account, 'a', deposit(1));
  await app.settled();
  await until(isOver);
  await app.stop();
}

async function drop(store: Store, model: string, waitMs = 5_000) {
  const log = await store.reader('banking');
  const { signal } = new AbortController();
  const asking = { store, context: 'banking', log, host: systemHost(), waitMs, signal };
  try {
    return await dropModel(asking, { model, ...by });
  } finally {
    await log.close();
  }
}

function versions(store: Store) {
  return withLogs({ contexts: [banking(2)], store }, 'banking', async ([open]) =>
    open === undefined ? [] : modelVersions(open),
  );
}

async function requests(store: Store): Promise<number> {
  const log = await store.reader('banking');
  try {
    return (await log.waiting({ subscription: 'requests', limit: 10 })).length;
  } finally {
    await log.close();
  }
}

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'thereupon-drop-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}
