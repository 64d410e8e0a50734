import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { z } from 'zod';
import { memory } from '../adapters/memory/memory-store.ts';
import type { Envelope } from '../backbone/backbone.ts';
import { envelopeOf } from '../backbone/envelope-of-record.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { contract } from '../contract/contract.ts';
import type { Store } from '../log/store.ts';
import type { Log } from '../log/log.ts';
import type { Operation, WriteSet } from '../log/write-set.ts';
import { whenever } from '../reaction/whenever.ts';
import { Faults } from '../testing/faults.ts';
import { settledOrParked, start, until } from './fixtures/start.ts';
import { IMPORTS, importRows } from './import-request.ts';
import { REQUESTS, type RequestDetail, requestRow } from './request.ts';
import type { RunOptions } from './run-options.ts';

const by = { who: 'ann', why: 'moved house' };

test('messages that are imported are taken in and handled, and what was asked is on record', async (t) => {
  const { app, leave, isOver, operation, records, heard, left } = await scene(t);

  await leave('1', 'sending', [sent('a', 1), sent('b', 2)]);
  await isOver('1');
  await app.settled();

  assert.deepEqual(await records(), ['a-1', 'b-2']);
  assert.deepEqual(heard, ['a-1', 'b-2']);
  assert.deepEqual(await left(), []);
  const { action, who, why, detail } = (await operation('1')) ?? assert.fail('no operation');
  assert.deepEqual([action, who, why], ['import', 'ann', 'moved house']);
  assert.deepEqual(JSON.parse(detail), {
    request: { action: 'import', source: 'sending', count: 2, ...by },
    imported: { taken: 2, known: 0, parked: 0 },
  });
});

test('what is known already is left out, also when its record is of the same batch', async (t) => {
  const { leave, isOver, imported, records } = await scene(t);

  await leave('1', 'sending', [sent('a', 1), sent('a', 1), sent('b', 2)]);
  await leave('2', 'sending', [sent('b', 2), sent('c', 3)]);
  await isOver('2');

  assert.deepEqual(await imported('1'), { taken: 2, known: 1, parked: 0 });
  assert.deepEqual(await imported('2'), { taken: 1, known: 1, parked: 0 });
  assert.deepEqual(await records(), ['a-1', 'b-2', 'c-3']);
});

test('what came over the backbone is known, and what was imported is not taken in from there again', async (t) => {
  const { app, publish, leave, isOver, imported, records, published } = await scene(t);
  await publish('a', 1);
  await app.settled();
  const [first] = await published();
  assert.ok(first !== undefined);

  await leave('1', 'sending', [first, sent('b', 2)]);
  await isOver('1');
  await publish('c', 3);
  await app.settled();

  assert.deepEqual(await imported('1'), { taken: 1, known: 1, parked: 0 });
  assert.equal((await records()).length, 3);
});

test('what the source hands over afterwards is known, also when it was forgotten as a message', async (t) => {
  const store = memory();
  const only = await start(t, [sending], { store });
  // More than are taken in together: only the first of them are looked up.
  const numbers = Array.from({ length: 300 }, (_, index) => index);
  await only.transaction(sending, (tx) => {
    for (const number of numbers) tx.publish(Sent, { key: 'a', number });
  });
  await only.stop();
  const past = await outgoing(store);
  // As an import leaves it whose messages are older than the window.
  const log = await store.open('receiving');
  const known = past[290] ?? assert.fail('it was not published');
  const none = { stream: null, version: null };
  await log.commit([{ records: [{ ...known, ...none, direction: 'incoming' }] }]);
  await log.close();

  const troubles: unknown[] = [];
  const { app, records } = await scene(t, {
    store,
    onStalled: (stalled) => troubles.push(stalled),
  });
  await app.settled();

  const expected = ['a-290', ...numbers.filter((number) => number !== 290).map((it) => `a-${it}`)];
  assert.deepEqual(await records(), expected);
  assert.deepEqual(troubles, []);
});

test('a message that does not fit is parked with its reason, and holds back its key only', async (t) => {
  const { app, leave, isOver, imported, records, publish } = await scene(t);

  await leave('1', 'sending', [
    { ...sent('a', 1), data: '{"key":"a"}' },
    sent('a', 2),
    sent('b', 3),
    { ...sent('c', 4), type: 'sending.Unknown' },
  ]);
  await isOver('1');
  await publish('a', 5);
  await settledOrParked(app);

  assert.deepEqual(await imported('1'), { taken: 1, known: 0, parked: 3 });
  assert.deepEqual(await records(), ['b-3']);
  const parked = await app.parked();
  assert.deepEqual(
    parked.map(({ recordId, error }) => [recordId, error?.code]),
    [
      ['a-1', 'contract-violation'],
      ['c-4', 'unknown-contract'],
    ],
  );
});

test('an old message is taken in, as a person vouches for it', async (t) => {
  const { leave, isOver, records } = await scene(t, { dedupeWindowMs: 1_000 });

  await leave('1', 'sending', [{ ...sent('a', 1), recordedAt: 1 }]);
  await isOver('1');

  assert.deepEqual(await records(), ['a-1']);
});

test('what was left while nobody ran is taken in at the next start, in the order of the requests', async (t) => {
  const { app, leave, restart, records, isOver } = await scene(t);
  await app.stop();
  await leave('2', 'sending', [sent('a', 3), sent('a', 4)]);
  await leave('1', 'sending', [sent('a', 1), sent('a', 2)]);

  await restart();
  await isOver('1');
  await isOver('2');

  assert.deepEqual(await records(), ['a-1', 'a-2', 'a-3', 'a-4']);
});

test('a request that cannot be done now keeps those behind it of its source, and nothing else', async (t) => {
  const store = memory();
  // Twice the log cannot be asked whether it knows the message.
  let failing = 2;
  const gate = over(store, {
    recordsById: (log, ids) => {
      if (ids.includes('a-1') && failing-- > 0) throw new RangeError('not now');
      return log.recordsById(ids);
    },
  });
  const { isOver, records, operation } = await scene(t, { store: gate });

  await store.leaveRequests('receiving', {
    left: [
      ...rows('1', 'sending', [sent('a', 1)]),
      ...rows('2', 'sending', [sent('a', 2)]),
      ...rows('3', 'weather', [rain('x')]),
    ],
  });
  await isOver('3');
  const before = [await operation('1'), await operation('2')];
  await isOver('2');

  assert.deepEqual(before, [undefined, undefined]);
  assert.deepEqual(await records(), ['x', 'a-1', 'a-2']);
});

test('a request about a source that nobody here listens to is refused, and its messages are gone', async (t) => {
  const { leave, isOver, operation, left } = await scene(t);

  await leave('1', 'nobody', [sent('a', 1)]);
  await isOver('1');

  assert.match(
    detailOf(await operation('1')).refused ?? '',
    /^"receiving" listens to nothing of "nobody" any more/,
  );
  assert.deepEqual(await left(), []);
});

test('a request whose messages are not there, or cannot be read, is refused', async (t) => {
  const { store, isOver, operation } = await scene(t);
  const [one] = rows('1', 'sending', []);
  const [two, messages] = rows('2', 'sending', []);

  await store.leaveRequests('receiving', {
    left: [one, two, { ...messages, payload: '[' }],
  });
  await isOver('2');

  for (const id of ['1', '2'])
    assert.match(detailOf(await operation(id)).refused ?? '', /^Its messages are not there/);
});

test('more imports than are looked at in one go do not keep another request waiting, and all are done', async (t) => {
  const { store, app, records, operation, restart, isOver } = await scene(t);
  await app.stop();
  const many = Array.from({ length: 1_100 }, (_, index) => String(index).padStart(6, '0'));
  const left = many.flatMap((id) => rows(id, 'sending', [sent(id, 1)]));
  const other = { action: 'discard', subscription: 'x', key: 'x', recordId: 'x', ...by } as const;
  await store.leaveRequests('receiving', {
    left: [...left, requestRow(other, { id: '9', at: 0 })],
  });

  await restart();
  await until(async () => (await operation('9')) !== undefined, 30_000);
  const atThatTime = (await records()).length;
  await isOver(many.at(-1) as string);

  assert.ok(atThatTime < 1_000, `it waited for ${atThatTime} imports`);
  assert.deepEqual(
    await records(),
    many.map((id) => `${id}-1`),
  );
});

test('what waits to be taken in counts as one request each, and no subscription is called as it is', async (t) => {
  const store = memory();
  const { app, leave } = await scene(t, { store: over(store, { commit: refuseImports }) });

  await leave('1', 'sending', [sent('a', 1)]);
  const [, receiving] = (await app.health()).contexts;
  const named = boundedContext('named', {
    reactions: [whenever('imports', Sent, () => undefined)],
  });

  assert.deepEqual(receiving?.waiting, { request: 1 });
  await assert.rejects(
    start(t, [sending, named]),
    /in "named": a subscription can't be called "imports"/,
  );
});

for (const kind of ['before', 'answer-lost'] as const)
  for (const isFitting of [true, false])
    test(`an import whose commit fails (${kind}), of what ${isFitting ? 'fits' : 'is parked'}, is done once`, async (t) => {
      const faults = new Faults({ call: 'import', nth: 1, kind });
      const store = over(memory(), {
        commit: (log, writeSets) =>
          isImport(writeSets)
            ? faults.run(
                'import',
                () => log.commit(writeSets),
                () => new RangeError('ended'),
              )
            : log.commit(writeSets),
      });
      const { app, leave, isOver, publish, records } = await scene(t, { store });
      const first = isFitting ? sent('a', 1) : { ...sent('a', 1), data: '{}' };

      await leave('1', 'sending', [first, sent('a', 2)]);
      await isOver('1');
      await publish('a', 3);
      await settledOrParked(app);

      assert.equal(faults.isStruck, true);
      // What came of a key afterwards is held behind what is parked of it.
      assert.deepEqual(await records(), isFitting ? ['a-1', 'a-2', 'a-3'] : []);
      const parked = await app.parked();
      assert.deepEqual(
        parked.map(({ recordId }) => recordId),
        isFitting ? [] : ['a-1'],
      );
    });

const Sent = contract('sending.Sent', {
  version: 1,
  schema: z.object({ key: z.string(), number: z.number() }),
  key: (data) => data.key,
});
const Rain = contract('weather.Rain', {
  version: 1,
  schema: z.object({ key: z.string() }),
  key: (data) => data.key,
  origin: 'external',
});
const sending = boundedContext('sending', { publishes: [Sent] });

function sent(key: string, number: number): Envelope {
  const id = `${key}-${number}`;
  return {
    id,
    source: 'sending',
    type: 'sending.Sent',
    schemaVersion: 1,
    key,
    data: JSON.stringify({ key, number }),
    occurredAt: 1_000,
    recordedAt: Date.now(),
    correlationId: id,
    causationId: id,
    traceparent: null,
    metadata: null,
  };
}

function rain(key: string): Envelope {
  return {
    ...sent(key, 0),
    id: key,
    source: 'weather',
    type: 'weather.Rain',
    data: JSON.stringify({ key }),
  };
}

function rows(id: string, source: string, messages: readonly Envelope[]) {
  const request = { action: 'import', source, count: messages.length, ...by } as const;
  const texts = messages.map((message) => JSON.stringify(message));
  return importRows(request, texts, { id, at: 0 });
}

async function refuseImports(log: Log, writeSets: readonly WriteSet[]) {
  if (isImport(writeSets)) throw new RangeError('not now');
  return log.commit(writeSets);
}

function isImport(writeSets: readonly WriteSet[]): boolean {
  return writeSets.some(({ operations = [] }) => operations.some((one) => one.action === 'import'));
}

/** A store in which some calls of the receiving log do something else. */
function over(
  store: Store,
  calls: {
    [Call in 'commit' | 'recordsById']?: (
      log: Log,
      given: Parameters<Log[Call]>[0],
    ) => ReturnType<Log[Call]>;
  },
): Store {
  return {
    name: store.name,
    reader: (context) => store.reader(context),
    published: (context) => store.published(context),
    leaveRequests: (context, requests) => store.leaveRequests(context, requests),
    async open(context) {
      const log = await store.open(context);
      const { commit, recordsById } = calls;
      if (context !== 'receiving') return log;
      return Object.assign(Object.create(log) as Log, {
        commit: async (given: readonly WriteSet[]) =>
          commit === undefined ? log.commit(given) : commit(log, given),
        recordsById: async (ids: readonly string[]) =>
          recordsById === undefined ? log.recordsById(ids) : recordsById(log, ids),
      });
    },
  };
}

const BEGINNING = { startFrom: 'beginning' } as const;

/** An application that listens to what is sent, and to the weather, of which it hears nothing. */
async function scene(t: TestContext, options: Partial<RunOptions> = {}) {
  const store = options.store ?? memory();
  const heard: string[] = [];
  const receiving = boundedContext('receiving', {
    reactions: [
      whenever(
        'hear',
        Sent,
        ({ data: { key, number } }) => void heard.push(`${key}-${number}`),
        BEGINNING,
      ),
      whenever('get wet', Rain, () => undefined, BEGINNING),
    ],
  });
  const restart = () => start(t, [sending, receiving], { ...options, store });
  const app = await restart();
  const operation = async (id: string): Promise<Operation | undefined> => {
    const log = await store.reader('receiving');
    return (await log.operations(10_000)).find((one) => one.id === id);
  };
  return {
    app,
    store,
    heard,
    restart,
    operation,
    publish: (key: string, number: number) =>
      app.transaction(sending, (tx) => tx.publish(Sent, { key, number })),
    published: () => outgoing(store),
    leave: async (id: string, source: string, messages: readonly Envelope[]) =>
      store.leaveRequests('receiving', { left: rows(id, source, messages) }),
    isOver: (id: string) => until(async () => (await operation(id)) !== undefined, 30_000),
    imported: async (id: string) => detailOf(await operation(id)).imported,
    records: async () => {
      const log = await store.reader('receiving');
      const records = await log.read({ after: 0, limit: 10_000, directions: ['incoming'] });
      return records.map(({ data }) => {
        const { key, number } = JSON.parse(data) as { key: string; number?: number };
        return number === undefined ? key : `${key}-${number}`;
      });
    },
    left: async () => {
      const log = await store.reader('receiving');
      const some = await log.waiting({ subscription: REQUESTS, limit: 10 });
      return [...some, ...(await log.waiting({ subscription: IMPORTS, limit: 10 }))];
    },
  };
}

function detailOf(operation: Operation | undefined): Partial<RequestDetail> {
  return JSON.parse(operation?.detail ?? '{}') as Partial<RequestDetail>;
}

/** What was published, as it travels. */
async function outgoing(store: Store): Promise<readonly Envelope[]> {
  const log = await store.reader('sending');
  return (await log.read({ after: 0, limit: 1_000 })).map(envelopeOf);
}
