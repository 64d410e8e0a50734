/** A parked record is handled with data that a person has edited; the record stays as it was. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { sqlite } from '../adapters/sqlite/sqlite-store.ts';
import { aggregate } from '../aggregate/aggregate.ts';
import { embedded } from '../backbone/log-to-log.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { MASKED } from '../context/personal-data.ts';
import { contract } from '../contract/contract.ts';
import { systemHost } from '../host/host.ts';
import { auditTrail } from '../inspection/audit-trail.ts';
import { type ParkedAsked, decideParked } from '../inspection/decide-parked.ts';
import { findParked } from '../inspection/find-parked.ts';
import { withLogs } from '../inspection/open-logs.ts';
import { parkedDetails } from '../inspection/parked-details.ts';
import type { Store } from '../log/store.ts';
import { effect } from '../reaction/effect.ts';
import { happened } from '../reaction/source.ts';
import { whenever } from '../reaction/whenever.ts';
import { z } from 'zod';
import { EditRefusedError } from './edit-refused.ts';
import { rejection, settledOrParked, start, until } from './fixtures/start.ts';
import { repeated, sweep } from './fixtures/sweep.ts';
import { importRows } from './import-request.ts';
import { InvalidOptionError } from './invalid-option.ts';
import type { Parked } from './settled.ts';

const by = { who: 'ann', why: 'the sum was negative' };
const FIRST = { id: 'a', pence: -5, name: 'Mary' };
const EDITED = { data: { id: 'a', pence: 5, name: MASKED } };
const MENDED = { id: 'a', pence: 5, name: 'Mary' };

for (const [name, makeStore] of [
  ['memory', () => memory()],
  ['SQLite', (t: TestContext) => sqlite(folderOf(t))],
] as const) {
  test(`${name}: it is handled with the edited data, once, and the record stays as it was`, async (t) => {
    const { app, store, parked, types, operations } = await booking(t, makeStore(t));
    const row = await parked('book it');

    const redriven = await app.redrive(
      { recordId: row.recordId, subscription: 'book it' },
      {
        ...by,
        edited: EDITED,
      },
    );
    await settledOrParked(app);

    assert.equal(redriven.done.length, 1);
    const all = await types();
    const booked = all.filter(({ type }) => type === 'Booked');
    assert.deepEqual(
      booked.map(({ data, causationId }) => [JSON.parse(data), causationId]),
      [[MENDED, row.recordId]],
    );
    const [taken] = all;
    assert.deepEqual(JSON.parse(taken?.data ?? ''), FIRST);
    const [operation] = await operations();
    assert.deepEqual(JSON.parse(operation?.detail ?? '').edited, {
      data: MENDED,
      schemaVersion: 1,
    });
    assert.deepEqual(await auditedEdits(store), [EDITED]);
    assert.deepEqual(await auditedEdits(store, { seesPersonal: true }), [{ data: MENDED }]);
    assert.deepEqual([operation?.who, operation?.why], [by.who, by.why]);
    // The other one that could not handle it is as it was.
    assert.equal((await parked('charge')).payload, null);
  });

  test(`${name}: what was edited is kept when it is parked again, over a restart, until another word`, async (t) => {
    const { app, store, till, parked, restart, handled } = await booking(t, makeStore(t));
    const { recordId } = await parked('book it');
    const selection = { recordId, subscription: 'book it' };
    till.isBroken = true;
    const first = await app.redrive(selection, { ...by, edited: EDITED });
    assert.equal(first.parkedAgain.length, 1);
    await app.stop();

    const again = await restart();
    const details = await detailsOf(store, recordId);
    till.isBroken = false;
    await again.redrive(selection, { who: 'bob', why: 'now it may' });
    await until(async () => (await again.parked(selection)).length === 0);

    assert.deepEqual((details.record?.data as object | undefined) ?? {}, {
      ...FIRST,
      name: MASKED,
    });
    const { at, ...edited } = details.edited ?? { at: '' };
    assert.match(at, /^\d{4}-.*Z$/);
    assert.deepEqual(edited, { data: EDITED.data, ...by });
    assert.deepEqual(handled.at(-1), MENDED);
  });

  test(`${name}: it is tried again with the edited data, and asked for while nobody runs at the next start`, async (t) => {
    const { app, store, till, parked, restart, handled } = await booking(t, makeStore(t));
    const row = await parked('book it');
    await app.stop();
    till.failures = 3;
    const asked = await ask(store, row, { action: 'redrive', ...by, edited: EDITED });

    const again = await restart();
    await until(async () => (await again.parked({ subscription: 'book it' })).length === 0);
    await until(() => till.failures === 0 && handled.length > 4);

    assert.equal(asked.state, 'left');
    assert.deepEqual(handled.slice(1), [MENDED, MENDED, MENDED, MENDED]);
  });
}

test('an effect is performed with the edited data, under the same key', async (t) => {
  const { app, parked, performed } = await booking(t, memory());
  const { recordId } = await parked('charge');

  await app.redrive({ recordId, subscription: 'charge' }, { ...by, edited: EDITED });

  assert.deepEqual(performed.at(-1), [`receiving/charge/${recordId}`, MENDED]);
});

test('with its own data again, when that is said', async (t) => {
  const { app, till, parked, handled } = await booking(t, memory());
  const { recordId } = await parked('book it');
  const selection = { recordId, subscription: 'book it' };
  till.isBroken = true;
  await app.redrive(selection, { ...by, edited: EDITED });

  await app.redrive(selection, { ...by, edited: null });

  assert.deepEqual(handled.at(-1), FIRST);
  assert.equal((await parked('book it')).payload, null);
});

test('data that does not fit is refused in words before anything is done, here and from outside', async (t) => {
  const { app, store, parked, operations } = await booking(t, memory());
  const row = await parked('book it');
  const selection = { recordId: row.recordId, subscription: 'book it' };
  const wrong = { data: { id: 'a', pence: 'five', name: 'Mary' } };
  const of = (edited: { readonly data: unknown }) =>
    rejection(app.redrive(selection, { ...by, edited }), EditRefusedError);

  const here = await of(wrong);
  const outside = await ask(store, row, { action: 'redrive', ...by, edited: wrong });

  assert.match(
    here.message,
    /^Record \S+ can't be handled with the edited data: Data does not fit/,
  );
  assert.match(here.message, /pence: /);
  assert.equal(outside.state, 'refused');
  assert.equal(outside.why, here.message);
  assert.match((await of({ data: { ...MENDED, id: 'b' } })).message, /it would be of key "b"/);
  assert.match((await of({ data: undefined })).message, /is not JSON/);
  await rejection(app.redrive({}, { ...by, edited: EDITED }), InvalidOptionError);
  assert.deepEqual((await parked('book it')).payload, null);
  // Only the request from outside, which says that it was refused.
  assert.equal((await operations()).length, 1);
});

test('an event of an aggregate has no schema: any JSON takes its place', async (t) => {
  const { app, till, parked, noted } = await booking(t, memory());
  till.refused = 5;
  await app.redrive(
    { subscription: 'book it', recordId: (await parked('book it')).recordId },
    { ...by, edited: EDITED },
  );
  await settledOrParked(app);
  const { recordId } = await parked('note the booking');

  await app.redrive({ recordId }, { ...by, edited: { data: { id: 'a', pence: 7 } } });

  assert.deepEqual(noted, [7]);
});

test('a message at the border is taken in with the edited data, and both are on record', async (t) => {
  const { app, store, parked, border, handled, types, operations } = await booking(t, memory());
  await border();
  const row = await parked('intake from sending');

  await rejection(
    app.redrive({ recordId: row.recordId }, { ...by, edited: { data: { id: 'z' } } }),
    EditRefusedError,
  );
  const decided = await ask(store, row, {
    action: 'redrive',
    ...by,
    edited: { data: { id: 'z', pence: 9, name: 'Ann' } },
  });
  await settledOrParked(app);

  assert.deepEqual([decided.state, decided.why], ['done', null]);
  assert.deepEqual(handled.at(-1), { id: 'z', pence: 9, name: 'Ann' });
  const taken = (await types()).find(({ id }) => id === row.recordId);
  assert.deepEqual(JSON.parse(taken?.data ?? ''), { id: 'z', pence: 9, name: 'Ann' });
  const [operation] = await operations();
  const detail = JSON.parse(operation?.detail ?? '');
  assert.deepEqual(detail.edited.data, { id: 'z', pence: 9, name: 'Ann' });
  assert.deepEqual(await auditedEdits(store), [{ data: { id: 'z', pence: 9, name: MASKED } }]);
  assert.deepEqual(JSON.parse(JSON.parse(detail.payload).data), { id: 'z' });
});

test('one whose key could not be told is dealt to the key of the edited data, and keeps it over a restart', async (t) => {
  const store = memory();
  const Named = contract('sending.Named', {
    version: 1,
    schema: z.object({ id: z.string() }),
    key: () => 'all',
  });
  const from = boundedContext('sending', { publishes: [Named] });
  let isBroken = true;
  const seen: string[] = [];
  const keyed = whenever(
    'keyed',
    Named,
    ({ data }) => {
      if (isBroken) throw new NegativeError('not now');
      seen.push(data.id);
    },
    {
      by: ({ data }) => {
        if (data.id === '') throw new NegativeError('no id');
        return data.id;
      },
    },
  );
  const contexts = [from, boundedContext('receiving', { reactions: [keyed] })];
  const app = await start(t, contexts, { store });
  await app.transaction(from, (tx) => tx.publish(Named, { id: '' }));
  await settledOrParked(app);

  await app.redrive({}, { ...by, edited: { data: { id: 'b' } } });
  await until(async () => (await app.parked({ key: 'b' })).length === 1);
  await app.stop();
  isBroken = false;
  const again = await start(t, contexts, { store });
  await again.redrive({ key: 'b' }, by);
  await again.settled();

  assert.deepEqual(seen, ['b']);
});

test('whichever call fails, an edited record is handled once, with the edited data', async () => {
  await sweep('edited redrive', () => {
    const store = memory();
    const { contexts } = contextsOf();
    return {
      store,
      backbone: embedded(),
      contexts,
      async work(app, faults) {
        await repeated(faults, () =>
          app.transaction(sending, (tx) => tx.publish(Sent, FIRST), { commandId: 'c', asked: 1 }),
        );
        if (faults.isCrashed) return;
        await until(async () => faults.isCrashed || (await isParkedOrDone()), 60_000);
        await repeated(faults, () =>
          app.redrive({ subscription: 'book it' }, { ...by, edited: EDITED }).catch((error) => {
            // It was done the time before, and only the answer was lost.
            if (!(error instanceof InvalidOptionError)) throw error;
          }),
        );
        if (!faults.isCrashed) await until(async () => (await bookings()).length > 0, 60_000);
      },
      async assertAllDoneOnce() {
        assert.deepEqual(await bookings(), [MENDED]);
      },
    };

    async function bookings(): Promise<readonly unknown[]> {
      const log = await store.reader('receiving');
      const records = await log.read({ after: 0, limit: 100, directions: ['domain'] });
      return records.map(({ data }) => JSON.parse(data) as unknown);
    }

    async function isParkedOrDone(): Promise<boolean> {
      const log = await store.reader('receiving');
      const rows = await log.waiting({ subscription: 'book it', kinds: ['parked'], limit: 1 });
      return rows.length > 0 || (await bookings()).length > 0;
    }
  });
});

const Sent = contract('sending.Sent', {
  version: 1,
  schema: z.object({ id: z.string(), pence: z.number(), name: z.string() }),
  key: (data) => data.id,
  personal: ['name'],
});
const sending = boundedContext('sending', { publishes: [Sent] });

type Data = { id: string; pence: number; name: string };

const account = aggregate({
  name: 'account',
  initial: {},
  decide: (command: { type: 'Booked'; data: Data }) => [command],
  evolve: (state: object, _event: { type: 'Booked'; data: Data }) => state,
});

class NegativeError extends Error {
  readonly code = 'negative';
  readonly retryable = false;
}

/** What is sent is booked and charged, unless its sum is negative; `till` makes it fail otherwise. */
function contextsOf() {
  const till = { isBroken: false, failures: 0, refused: Number.NaN };
  const handled: Data[] = [];
  const noted: number[] = [];
  const performed: (readonly [string, Data])[] = [];
  const receiving = boundedContext('receiving', {
    aggregates: [account],
    reactions: [
      whenever(
        'book it',
        Sent,
        async ({ data }, { handle }) => {
          handled.push(data);
          if (data.pence < 0 || till.isBroken) throw new NegativeError('The sum is negative.');
          if (till.failures > 0) {
            till.failures -= 1;
            throw new RangeError('in a moment');
          }
          await handle(account, data.id, { type: 'Booked', data });
        },
        { by: ({ data }) => data.id, retry: { attemptsMax: 8, firstDelayMs: 1, delayMsMax: 5 } },
      ),
      whenever('note the booking', happened(account, 'Booked'), ({ data }) => {
        if (data.pence === till.refused) throw new NegativeError('not this one');
        noted.push(data.pence);
      }),
    ],
    effects: [
      effect({
        name: 'charge',
        on: Sent,
        perform: async ({ data }, { idempotencyKey }) => {
          if (data.pence < 0) throw new NegativeError('The sum is negative.');
          performed.push([idempotencyKey, data]);
        },
      }),
    ],
  });
  return { contexts: [sending, receiving], receiving, till, handled, noted, performed };
}

async function booking(t: TestContext, store: Store) {
  const made = contextsOf();
  const restart = () => start(t, made.contexts, { store });
  const app = await restart();
  await app.transaction(sending, (tx) => tx.publish(Sent, FIRST));
  await settledOrParked(app);
  const log = await store.reader('receiving');
  t.after(() => log.close());
  return {
    ...made,
    app,
    store,
    restart,
    types: () => log.read({ after: 0, limit: 100 }),
    operations: () => log.operations(10),
    parked: async (subscription: string) => {
      const [row] = await log.waiting({ subscription, kinds: ['parked'], limit: 1 });
      assert.ok(row !== undefined);
      return { ...row, context: 'receiving' };
    },
    border: () => leaveUnfit(store),
  };
}

/** A message that lacks what the contract asks for comes over the border, and is parked there. */
async function leaveUnfit(store: Store): Promise<void> {
  const unfit = {
    id: 'z-1',
    source: 'sending',
    type: Sent.name,
    schemaVersion: 1,
    key: 'z',
    data: JSON.stringify({ id: 'z' }),
    occurredAt: 0,
    recordedAt: 0,
    correlationId: 'z-1',
    causationId: 'z-1',
    traceparent: null,
    metadata: null,
  };
  const request = { action: 'import', source: 'sending', count: 1, ...by } as const;
  const left = importRows(request, [JSON.stringify(unfit)], { id: 'import-1', at: 0 });
  await store.leaveRequests('receiving', { left });
  const log = await store.reader('receiving');
  const border = { subscription: 'intake from sending', limit: 1 };
  await until(async () => (await log.waiting(border)).length > 0);
  await log.close();
}

async function ask(store: Store, row: Parked, decision: ParkedAsked) {
  const log = await store.reader('receiving');
  const { signal } = new AbortController();
  const place = { store, context: 'receiving', log, host: systemHost(), waitMs: 5_000, signal };
  try {
    return await decideParked(place, row, decision);
  } finally {
    await log.close();
  }
}

async function detailsOf(store: Store, id: string) {
  return withLogs({ contexts: contextsOf().contexts, store }, 'receiving', async (logs) =>
    parkedDetails(await findParked(logs, { id, subscription: 'book it' }, store.name)),
  );
}

/** The edited copies that the audit trail tells of, the latest first. */
async function auditedEdits(store: Store, sees: { readonly seesPersonal?: boolean } = {}) {
  const inspected = { contexts: contextsOf().contexts, store, ...sees };
  const { operations } = await withLogs(inspected, 'receiving', (logs) => auditTrail(logs, 10));
  return operations.flatMap(({ edited }) => (edited === null ? [] : [edited]));
}

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'thereupon-edited-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}
