import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { memory } from '../adapters/memory/memory-store.ts';
import { sqlite } from '../adapters/sqlite/sqlite-store.ts';
import { aggregate } from '../aggregate/aggregate.ts';
import { embedded } from '../backbone/log-to-log.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { contract } from '../contract/contract.ts';
import type { Store } from '../log/store.ts';
import { effect } from '../reaction/effect.ts';
import { whenever } from '../reaction/whenever.ts';
import { readModel, type } from '../read-model/read-model.ts';
import { z } from 'zod';
import type { Application } from './application.ts';
import { rejection, start, until } from './fixtures/start.ts';
import { repeated, sweep } from './fixtures/sweep.ts';
import type { Health } from './health.ts';
import { NotPausableError } from './not-pausable.ts';
import { NotRunningHereError } from './not-running-here.ts';
import { PAUSES } from './pause.ts';
import { REQUESTS, type Request, type RequestDetail, requestRow } from './request.ts';

const by = { who: 'ann', why: 'the pen is empty' };
const NOTE = 'note it';
const PAUSE = { action: 'pause', subscription: NOTE, ...by } as const;
const RESUME = { action: 'resume', subscription: NOTE, who: 'bob', why: 'refilled' } as const;

for (const [name, makeStore] of [
  ['memory', () => memory()],
  ['SQLite', (t: TestContext) => sqlite(folderOf(t))],
] as const) {
  test(`${name}: what is paused stays paused over a restart, until it is resumed`, async (t) => {
    const { app, publish, noted, restart, receiving } = await noting(t, makeStore(t));
    await app.pause(receiving, NOTE, by);
    await app.stop();

    const again = await restart();
    await publish(again, 1);
    await until(async () => (await again.read(seen).get('all'))?.count === 1);
    assert.deepEqual(noted, []);
    assert.equal(stalledWhy(await again.health()), 'paused by ann: the pen is empty');

    await again.resume(receiving, NOTE, by);
    await again.settled();
    assert.deepEqual(noted, [1]);
    await again.stop();
    const third = await restart();
    await publish(third, 2);
    await third.settled();
    assert.deepEqual(noted, [1, 2]);
  });

  test(`${name}: a pause from outside is taken up by who runs it, and stays until a resume`, async (t) => {
    const { app, store, publish, noted, rows, operations } = await noting(t, makeStore(t));

    const pause = await leave(store, PAUSE);
    await until(async () => (await operations()).length === 1);
    await publish(app, 1);
    await until(async () => (await app.read(seen).get('all'))?.count === 1);
    assert.deepEqual(noted, []);
    assert.equal((await rows()).length, 1);

    const resume = await leave(store, RESUME);
    await app.settled();
    assert.deepEqual(noted, [1]);
    assert.deepEqual(await rows(), []);
    assert.deepEqual(
      (await operations()).map(({ id, action, who, why }) => [id, action, who, why]),
      [
        [resume, 'resume', 'bob', 'refilled'],
        [pause, 'pause', 'ann', 'the pen is empty'],
      ],
    );
  });

  test(`${name}: who starts after a pause handles nothing before it is resumed`, async (t) => {
    const { app, store, publish, noted, restart, operations } = await noting(t, makeStore(t));
    await app.stop();
    const pause = await leave(store, PAUSE);

    const again = await restart();
    await publish(again, 1);
    await until(async () => (await operations()).some(({ id }) => id === pause));
    await until(async () => (await again.read(seen).get('all'))?.count === 1);

    assert.deepEqual(noted, []);
  });
}

test('what waits to be tried again or performed is not, while it is paused, nor after a restart', async (t) => {
  const { app, publish, restart, receiving, till } = await noting(t, memory());
  till.isOffline = true;
  await publish(app, 1);
  await until(() => till.tries > 0);
  await app.pause(receiving, 'charge', by);
  till.isOffline = false;
  await until(() => till.tries > 0);
  const before = till.tries;
  await app.stop();

  const again = await restart();
  await until(async () => (await again.read(seen).get('all'))?.count === 1);
  await wait(30);
  assert.equal(till.tries, before);

  await again.resume(receiving, 'charge', by);
  await again.settled();
  assert.equal(till.tries, before + 1);
});

test('pausing and resuming twice is done once, and the first who paused it is told', async (t) => {
  const { app, receiving, operations, rows } = await noting(t, memory());

  await app.pause(receiving, NOTE, by);
  await app.pause(receiving, NOTE, { who: 'bob', why: 'me too' });
  assert.equal((await rows()).length, 1);
  assert.equal(stalledWhy(await app.health()), 'paused by ann: the pen is empty');
  await app.resume(receiving, NOTE, by);
  await app.resume(receiving, NOTE, by);

  const actions = (await operations()).map(({ action }) => action);
  assert.deepEqual(actions, ['resume', 'pause']);
});

test('two who ask for a pause at once are both on record, and one resume takes both away', async (t) => {
  const { app, store, restart, operations, rows } = await noting(t, memory());
  await app.stop();
  await leave(store, PAUSE);
  await leave(store, { ...PAUSE, who: 'bob' });
  await leave(store, RESUME);

  const again = await restart();
  await until(async () => (await rows()).length === 0);

  assert.deepEqual((await operations()).map(({ action, who }) => `${action} ${who}`).toSorted(), [
    'pause ann',
    'pause bob',
    'resume bob',
  ]);
  assert.equal(stalledWhy(await again.health()), null);
});

test('a resume of what is not paused is refused on record', async (t) => {
  const { store, rows, refused } = await noting(t, memory());

  const id = await leave(store, RESUME);
  await until(async () => (await rows()).length === 0);

  assert.equal(await refused(id), '"note it" is not paused.');
});

test('only what reads by a checkpoint of its own can be paused; the rest is refused', async (t) => {
  const { app, store, receiving, rows, refused } = await noting(t, memory());

  const inline = await rejection(app.pause(receiving, 'tally@1', by), NotPausableError);
  await rejection(app.pause(receiving, 'intake from sending', by), NotPausableError);
  await rejection(app.pause(receiving, 'nobody', by), NotRunningHereError);
  const asked = await leave(store, { ...PAUSE, subscription: 'timers' });
  await until(async () => (await rows()).length === 0);

  assert.match(inline.message, /^"tally@1" of "receiving" can't be paused: /);
  assert.match((await refused(asked)) ?? '', /^"timers" of "receiving" can't be paused: /);
});

test('a pause is not hidden behind many imports', async (t) => {
  const { app, store, restart, noted, publish } = await noting(t, memory());
  await app.stop();
  const request = { action: 'import', source: 'sending', count: 0, ...by } as const;
  const imports = Array.from({ length: 1_200 }, (_, index) =>
    requestRow(request, { id: `i-${index}`, at: 0 }),
  );
  await store.leaveRequests('receiving', { left: imports });
  await leave(store, PAUSE);

  const again = await restart();
  await publish(again, 1);
  await until(async () => (await again.read(seen).get('all'))?.count === 1);

  assert.deepEqual(noted, []);
});

test('whichever call fails, a pause and a resume take effect, and each is on record once', async () => {
  await sweep('pause and resume', () => {
    const store = memory();
    const { contexts, receiving, noted } = contextsOf();
    return {
      store,
      backbone: embedded(),
      contexts,
      async work(app, faults) {
        const publish = (number: number) => () =>
          app.transaction(sending, (tx) => tx.publish(Sent, { number }), {
            commandId: `publish ${number}`,
            asked: number,
          });
        if (!(await has('pause'))) await repeated(faults, () => app.pause(receiving, NOTE, by));
        await repeated(faults, publish(1));
        if (faults.isCrashed) return;
        if (!(await has('resume'))) {
          assert.deepEqual(noted, []);
          await repeated(faults, () => app.resume(receiving, NOTE, by));
        }
        if (!faults.isCrashed) await app.settled({ timeoutMs: 500_000 });
      },
      async assertAllDoneOnce() {
        assert.deepEqual([...new Set(noted)], [1]);
        const log = await store.reader('receiving');
        const actions = (await log.operations(10)).map(({ action }) => action);
        assert.deepEqual(actions, ['resume', 'pause']);
        assert.deepEqual(await log.waiting({ limit: 10 }), []);
      },
    };

    async function has(action: string): Promise<boolean> {
      const log = await store.reader('receiving');
      return (await log.operations(10)).some((each) => each.action === action);
    }
  });
});

const Sent = contract('sending.Sent', {
  version: 1,
  schema: z.object({ number: z.number() }),
  key: () => 'all',
});
const sending = boundedContext('sending', { publishes: [Sent] });

const seen = readModel({
  name: 'seen',
  version: 1,
  document: type<{ count: number }>(),
  from: [Sent],
  by: () => 'all',
  evolve: { 'sending.Sent': (document) => ({ count: (document?.count ?? 0) + 1 }) },
});

const counter = aggregate({
  name: 'counter',
  initial: {},
  decide: (command: { type: 'Counted'; data: { by: number } }) => [command],
  evolve: (state: object, _event: { type: 'Counted'; data: { by: number } }) => state,
});
const tally = readModel({
  name: 'tally',
  version: 1,
  inline: true,
  document: type<{ count: number }>(),
  from: [counter],
  by: () => 'all',
  evolve: { Counted: (document, { data }) => ({ count: (document?.count ?? 0) + data.by }) },
});

/** What is sent is noted, charged for and counted; `till` says whether it can be charged for. */
function contextsOf() {
  const noted: number[] = [];
  const till = { isOffline: false, tries: 0 };
  const receiving = boundedContext('receiving', {
    aggregates: [counter],
    reactions: [whenever(NOTE, Sent, ({ data }) => void noted.push(data.number))],
    effects: [
      effect({
        name: 'charge',
        on: Sent,
        perform: async () => {
          till.tries += 1;
          if (till.isOffline) throw new RangeError('The terminal is offline.');
        },
        retry: { attemptsMax: 1_000, firstDelayMs: 1, delayMsMax: 5 },
      }),
    ],
    readModels: [seen, tally],
  });
  return { contexts: [sending, receiving], receiving, noted, till };
}

async function noting(t: TestContext, store: Store) {
  const { contexts, receiving, noted, till } = contextsOf();
  const restart = () => start(t, contexts, { store });
  const app = await restart();
  const log = await store.reader('receiving');
  t.after(() => log.close());
  return {
    app,
    store,
    restart,
    receiving,
    noted,
    till,
    publish: (by: Application, number: number) =>
      by.transaction(sending, (tx) => tx.publish(Sent, { number })),
    /** All that is asked for and not done, and the pauses that stand. */
    rows: async () => [
      ...(await log.waiting({ subscription: REQUESTS, limit: 10 })),
      ...(await log.waiting({ subscription: PAUSES, limit: 10 })),
    ],
    operations: () => log.operations(10),
    refused: async (id: string) => {
      const operation = (await log.operations(10)).find((each) => each.id === id);
      return (JSON.parse(operation?.detail ?? '{}') as Partial<RequestDetail>).refused;
    },
  };
}

let count = 0;

/** Leaves a request. Answers with its id. */
async function leave(store: Store, request: Request): Promise<string> {
  const id = `request ${(count += 1)}`;
  const row = requestRow(request, { id, at: count });
  assert.ok(await store.leaveRequests('receiving', { left: [row] }));
  return id;
}

function stalledWhy({ contexts }: Health): string | null | undefined {
  return contexts.flatMap((each) => each.subscriptions).find(({ name }) => name === NOTE)
    ?.stalledWhy;
}

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'thereupon-pauses-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}
