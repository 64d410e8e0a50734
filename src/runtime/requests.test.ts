import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { contract } from '../contract/contract.ts';
import type { Operation } from '../log/write-set.ts';
import { whenever } from '../reaction/whenever.ts';
import { readModel, type } from '../read-model/read-model.ts';
import { z } from 'zod';
import { settledOrParked, start, until } from './fixtures/start.ts';
import { type Request, REQUESTS, requestRow } from './request.ts';

const by = { who: 'ann', why: 'mended' };
const NOTE = 'note it';

test('what is parked is redriven when it is asked for from outside, and what was asked is on record', async (t) => {
  const { store, app, mend, parked, firstParked, ask } = await broken(t);
  const row = await firstParked();
  mend();

  const id = await ask({ action: 'redrive', ...row, ...by });
  await until(async () => (await parked()).length === 0);

  const operation = await operationOf(store, id);
  assert.equal(operation?.action, 'redrive');
  assert.deepEqual([operation?.who, operation?.why], ['ann', 'mended']);
  assert.equal(JSON.parse(operation?.detail ?? '').refused, undefined);
  await app.settled();
});

test('what is parked is discarded when it is asked for from outside, and what is behind it goes on', async (t) => {
  const { store, app, firstParked, publish, ask, noted } = await broken(t);
  const row = await firstParked();
  await publish('a', 2);
  await settledOrParked(app);

  const id = await ask({ action: 'discard', ...row, ...by });
  await app.settled();

  assert.deepEqual(noted, [2]);
  assert.equal((await operationOf(store, id))?.action, 'discard');
});

test('what was asked for while nobody ran is done at the next start', async (t) => {
  const { store, app, mend, firstParked, restart } = await broken(t);
  const row = await firstParked();
  await app.stop();
  mend();
  await store.leaveRequests('receiving', {
    left: [requestRow({ action: 'redrive', ...row, ...by }, { id: 'request-1', at: 0 })],
  });

  const again = await restart();
  await until(async () => (await again.parked()).length === 0);

  assert.equal((await operationOf(store, 'request-1'))?.action, 'redrive');
});

test('a request about what is not parked any more is refused on record, and is gone', async (t) => {
  const { store, ask } = await broken(t);

  const id = await ask({ action: 'discard', ...by, subscription: NOTE, key: 'a', recordId: 'x' });

  const operation = await operationOf(store, id);
  assert.match(JSON.parse(operation?.detail ?? '').refused, /not parked any more/);
  assert.deepEqual(await left(store), []);
});

test('what nothing handles any more can be discarded, and is refused a redrive', async (t) => {
  const { store, app, firstParked } = await broken(t);
  const row = await firstParked();
  await app.stop();
  await start(t, [sending, boundedContext('receiving', {})], { store });

  const redrive = await asked(store, { action: 'redrive', ...row, ...by });
  const discard = await asked(store, { action: 'discard', ...row, ...by });

  assert.match(
    JSON.parse((await operationOf(store, redrive))?.detail ?? '').refused,
    /^Nothing handles "note it" any more/,
  );
  assert.equal(JSON.parse((await operationOf(store, discard))?.detail ?? '').refused, undefined);
  const log = await store.reader('receiving');
  assert.deepEqual(await log.waiting({ kinds: ['parked'], limit: 10 }), []);
});

test('a read model is rebuilt when it is asked for from outside; one that there is not is refused', async (t) => {
  const { store, app, publish, mend, ask } = await broken(t);
  mend();
  await publish('b', 5);
  await settledOrParked(app);
  const before = rebuilt;

  const id = await ask({ action: 'rebuild', model: 'notes@1', ...by });
  const none = await ask({ action: 'rebuild', model: 'notes@7', ...by });

  assert.ok(rebuilt > before);
  assert.deepEqual(JSON.parse((await operationOf(store, id))?.detail ?? ''), {
    request: { action: 'rebuild', model: 'notes@1', ...by },
  });
  assert.match((await operationOf(store, none))?.detail ?? '', /no such read model/);
});

test('a rebuild that is taken back is given up, and what is read is as it was', async (t) => {
  const { store, app, publish, ask } = await broken(t);
  t.after(() => (cannotFold = false));
  await publish('b', 5);
  await settledOrParked(app);
  const before = rebuilt;
  // It is tried again and again, for as long as this test takes.
  cannotFold = true;
  const id = await ask({ action: 'rebuild', model: 'notes@1', ...by }, { isOver: false });
  await until(() => rebuilt > before);

  await store.leaveRequests('receiving', {
    takenBack: [{ subscription: REQUESTS, key: id, recordId: id }],
  });
  await until(async () => (await operationOf(store, id)) !== undefined);

  assert.match((await operationOf(store, id))?.detail ?? '', /was aborted/);
  assert.equal((await app.read(notes).get('b'))?.sum, 5);
});

test('a request of a newer release is left for it', async (t) => {
  const { store, ask, firstParked, mend } = await broken(t);
  await store.leaveRequests('receiving', {
    left: [
      {
        ...requestRow({ action: 'rebuild', model: 'x', ...by }, { id: '0', at: 0 }),
        payload: '{"action":"dance"}',
      },
    ],
  });
  const row = await firstParked();
  mend();

  await ask({ action: 'redrive', ...row, ...by });

  assert.deepEqual(
    (await left(store)).map(({ recordId }) => recordId),
    ['0'],
  );
});

const Sent = contract('sending.Sent', {
  version: 1,
  schema: z.object({ key: z.string(), number: z.number() }),
  key: (data) => data.key,
});
const sending = boundedContext('sending', { publishes: [Sent] });
let rebuilt = 0;
let cannotFold = false;
const notes = readModel({
  name: 'notes',
  version: 1,
  document: type<{ sum: number }>(),
  from: [Sent],
  by: (event) => event.data.key,
  evolve: {
    'sending.Sent': (document, { data }) => {
      rebuilt += 1;
      if (cannotFold) throw new RangeError('no pen');
      return { sum: (document?.sum ?? 0) + data.number };
    },
  },
});

class Broken extends Error {
  readonly code = 'broken';
  readonly retryable = false;
}

function receiving(brokenKeys: ReadonlySet<string>, noted: number[]) {
  return boundedContext('receiving', {
    reactions: [
      whenever(NOTE, Sent, ({ data }) => {
        if (brokenKeys.has(data.key) && data.number === 1) throw new Broken('no ink');
        noted.push(data.number);
      }),
    ],
    readModels: [notes],
  });
}

/** An application in which the first message of "a" is parked. */
async function broken(t: TestContext) {
  const store = memory();
  const brokenKeys = new Set(['a']);
  const noted: number[] = [];
  const restart = () => start(t, [sending, receiving(brokenKeys, noted)], { store });
  const app = await restart();
  const publish = (key: string, number: number) =>
    app.transaction(sending, (tx) => tx.publish(Sent, { key, number }));
  await publish('a', 1);
  await settledOrParked(app);
  return {
    store,
    app,
    noted,
    publish,
    restart,
    mend: () => brokenKeys.clear(),
    parked: () => app.parked(),
    firstParked: async () => {
      const [row] = await app.parked();
      assert.ok(row !== undefined);
      const { subscription, key, recordId } = row;
      return { subscription, key, recordId };
    },
    ask: (request: Request, options?: { isOver: boolean }) => asked(store, request, options),
  };
}

let count = 0;

/** Leaves a request, and waits until it is gone. Answers with its id. */
async function asked(
  store: ReturnType<typeof memory>,
  request: Request,
  { isOver = true } = {},
): Promise<string> {
  const id = `request ${(count += 1)}`;
  await store.leaveRequests('receiving', { left: [requestRow(request, { id, at: 0 })] });
  if (isOver) await until(async () => !(await left(store)).some((row) => row.recordId === id));
  return id;
}

async function left(store: ReturnType<typeof memory>) {
  const log = await store.reader('receiving');
  return log.waiting({ subscription: REQUESTS, limit: 10 });
}

async function operationOf(
  store: ReturnType<typeof memory>,
  id: string,
): Promise<Operation | undefined> {
  const log = await store.reader('receiving');
  return (await log.operations(100)).find((operation) => operation.id === id);
}
