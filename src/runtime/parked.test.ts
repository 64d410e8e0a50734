import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { z } from 'zod';
import { boundedContext } from '../context/bounded-context.ts';
import { contract } from '../contract/contract.ts';
import { aggregate } from '../aggregate/aggregate.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import type { Fact } from '../message/fact.ts';
import { whenever } from '../reaction/whenever.ts';
import { openedStore, start, until } from './fixtures/start.ts';
import { SettledParkedError } from './settled.ts';

const Sent = contract('sending.Sent', {
  version: 1,
  schema: z.object({ key: z.string(), number: z.number() }),
  key: (data) => data.key,
});
const sending = boundedContext('sending', { publishes: [Sent] });
const notes = aggregate({
  name: 'notes',
  initial: { count: 0 },
  decide: (command: Fact<'Note', { readonly number: number }>) => [
    { type: 'Noted' as const, data: command.data },
  ],
  evolve: ({ count }, _event: Fact<'Noted', { readonly number: number }>) => ({ count: count + 1 }),
});
const by = { who: 'ann', why: 'mended' };

test('what a redrive would do is seen before: each parked record with what it holds', async (t) => {
  const { app, park } = await broken(t);
  await park(['a', 1], ['a', 2], ['a', 3], ['b', 4]);

  const parked = await app.parked();

  assert.deepEqual(
    parked.map(({ key, heldBehind, context, subscription }) => [
      context,
      subscription,
      key,
      heldBehind,
    ]),
    [
      ['receiving', 'note it', 'a', 2],
      ['receiving', 'note it', 'b', 0],
    ],
  );
});

test('parked records are selected by context, subscription, key, record and error', async (t) => {
  const { app, park } = await broken(t);
  await park(['a', 1], ['b', 2], ['c', 3]);
  const [first] = await app.parked();
  const count = async (selection: Parameters<typeof app.parked>[0]) =>
    (await app.parked(selection)).length;

  assert.equal(await count({}), 3);
  assert.equal(await count({ context: 'receiving' }), 3);
  assert.equal(await count({ context: 'sending' }), 0);
  assert.equal(await count({ subscription: 'note it' }), 3);
  assert.equal(await count({ subscription: 'another' }), 0);
  assert.equal(await count({ key: 'b' }), 1);
  assert.equal(await count({ recordId: first?.recordId ?? '' }), 1);
  assert.equal(await count({ errorCode: 'broken' }), 3);
  assert.equal(await count({ errorCode: 'other' }), 0);
});

test('one of more parked records than are selected in one go is found by its id and its error', async (t) => {
  const { app, store } = await broken(t);
  const row = (number: number): WaitingRow => ({
    subscription: 'note it',
    key: `k${number}`,
    recordId: `r${number}`,
    kind: 'parked',
    position: number,
    slot: 0,
    due: 0,
    attempts: 1,
    error: { name: 'Error', code: number === 10_001 ? 'rare' : 'usual', message: '', stack: null },
    correlationId: 'action',
    since: 0,
    payload: null,
  });
  const waiting = Array.from({ length: 10_001 }, (_, index) => row(index + 1));
  await store.log('receiving').commit([{ waiting }]);

  const byId = await app.parked({ recordId: 'r10001' });
  const byError = await app.parked({ errorCode: 'rare' });

  assert.deepEqual(keys(byId), ['k10001']);
  assert.deepEqual(keys(byError), ['k10001']);
});

test('a redrive takes a selection, and answers how it went', async (t) => {
  const { app, park, mend, noted } = await broken(t);
  await park(['a', 1], ['b', 2], ['c', 3]);
  mend('a');

  const redriven = await app.redrive({}, by);

  assert.equal(redriven.selected, 3);
  assert.deepEqual(keys(redriven.done), ['a']);
  assert.deepEqual(keys(redriven.parkedAgain), ['b', 'c']);
  assert.deepEqual(keys(redriven.underWay), []);
  assert.deepEqual(await noted('a'), [1]);
  mend('b');
  mend('c');
  const rest = await app.redrive({ key: 'b' }, by);
  assert.deepEqual(keys(rest.done), ['b']);
  assert.deepEqual(await noted('c'), []);
});

test('a trial redrives the first one only', async (t) => {
  const { app, park, mend, noted } = await broken(t);
  await park(['a', 1], ['b', 2]);
  mend('a');
  mend('b');

  const redriven = await app.redrive({}, { ...by, trial: true });

  assert.equal(redriven.selected, 2);
  assert.deepEqual(keys(redriven.done), ['a']);
  assert.deepEqual(await noted('b'), []);
});

test('a redrive has a rate, and stops when it is told to', async (t) => {
  const { app, park, mend } = await broken(t);
  const all = Array.from({ length: 20 }, (_, index) => [`k${index}`, index] as const);
  await park(...all);
  for (const [key] of all) mend(key);
  const stop = new AbortController();
  const began = performance.now();

  const redriving = app.redrive({}, { ...by, perSecond: 50, signal: stop.signal });
  await until(async () => (await app.parked()).length <= 15);
  stop.abort();
  const redriven = await redriving;

  assert.ok(performance.now() - began >= 60);
  assert.ok(redriven.done.length < 20);
  // The one that was being tried when it stopped is in neither list for certain.
  const left = (await app.parked()).length;
  const { done, underWay } = redriven;
  assert.ok(left <= 20 - done.length && left >= 20 - done.length - underWay.length);
});

test('two people redrive the same records at once: each record is handled once', async (t) => {
  const { app, park, mend, noted } = await broken(t);
  const all = Array.from({ length: 20 }, (_, index) => [`k${index}`, index] as const);
  await park(...all);
  for (const [key] of all) mend(key);

  const both = await Promise.all([app.redrive({}, by), app.redrive({}, { ...by, who: 'bob' })]);
  await app.settled();

  for (const [key, number] of all) assert.deepEqual(await noted(key), [number]);
  assert.equal(both.flatMap(({ done }) => done).length, 20);
});

test('one redrives what another discards at the same time: it is one or the other', async (t) => {
  const { app, park, mend, noted, store } = await broken(t);
  const all = Array.from({ length: 20 }, (_, index) => [`k${index}`, index] as const);
  await park(...all);
  for (const [key] of all) mend(key);

  const [redriven, discarded] = await Promise.all([
    app.redrive({}, by),
    app.discard({}, { who: 'bob', why: 'of no use' }),
  ]);
  await app.settled();

  let handled = 0;
  for (const [key] of all) handled += (await noted(key)).length;
  assert.equal(handled, redriven.done.length);
  assert.equal(redriven.done.length + discarded.length, 20);
  assert.deepEqual(await store.log('receiving').waiting({ limit: 100 }), []);
});

test('what was discarded is gone, what it held goes on, and who and why are kept', async (t) => {
  const { app, park, mend, noted, store } = await broken(t);
  await park(['a', 1], ['a', 2], ['a', 3]);
  mend('a');

  const gone = await app.discard({ key: 'a' }, { who: 'bob', why: 'a test order' });
  await app.settled();

  assert.deepEqual(keys(gone), ['a']);
  assert.deepEqual(await noted('a'), [2, 3]);
  assert.deepEqual(await app.parked(), []);
  const [operation] = await store.log('receiving').operations(10);
  assert.equal(operation?.action, 'discard');
  assert.equal(operation?.who, 'bob');
  assert.equal(operation?.why, 'a test order');
  assert.equal((JSON.parse(operation?.detail ?? '') as { key: string }).key, 'a');
});

test('a redrive is kept, too, for each record', async (t) => {
  const { app, park, store } = await broken(t);
  await park(['a', 1], ['b', 2]);

  await app.redrive({}, by);

  const operations = await store.log('receiving').operations(10);
  assert.deepEqual(
    operations.map(({ action, who, why }) => `${action} ${who} ${why}`),
    ['redrive ann mended', 'redrive ann mended'],
  );
});

test('a redrive while it is paused is under way until it is resumed', async (t) => {
  const { app, park, mend, noted, receiver } = await broken(t);
  await park(['a', 1]);
  mend('a');
  await app.pause(receiver, 'note it', { who: 'ann', why: 'a moment' });

  const redriven = await app.redrive({}, by);
  assert.deepEqual(keys(redriven.underWay), ['a']);
  assert.deepEqual(await noted('a'), []);
  await app.resume(receiver, 'note it', { who: 'ann', why: 'go on' });
  await app.settled();

  assert.deepEqual(await noted('a'), [1]);
});

test('a redrive ends when the application stops', async (t) => {
  const { app, park, hang } = await broken(t);
  await park(['a', 1]);
  hang();

  const redriving = app.redrive({}, by);
  await new Promise((resolve) => setTimeout(resolve, 20));
  await app.stop();
  const redriven = await redriving;

  assert.deepEqual(keys(redriven.underWay), ['a']);
});

test('a record parked at the border is redriven like any other', async (t) => {
  const { app, heard, accept, seen } = await strict(t);

  assert.deepEqual(heard, ['looking intake from sending']);
  const [row] = await app.parked();
  assert.equal(row?.error?.code, 'contract-violation');
  accept();
  const redriven = await app.redrive({}, by);
  await app.settled();

  assert.equal(redriven.done.length, 1);
  assert.deepEqual(seen, [1]);
});

test('two people discard a record parked at the border at once: one of them did it', async (t) => {
  const { app, seen } = await strict(t);

  const both = await Promise.all([app.discard({}, by), app.discard({}, { ...by, who: 'bob' })]);
  await app.settled();

  assert.equal(both.flat().length, 1);
  assert.deepEqual(seen, []);
});

test('a record whose reaction is not in the code any more can only be discarded', async (t) => {
  const { app, park, store } = await broken(t);
  await park(['a', 1]);
  await app.stop();
  const later = await start(t, [sending, boundedContext('receiving', {})], { store });

  await assert.rejects(later.redrive({}, by), {
    code: 'not-running-here',
    message: /"note it" of/,
  });
  assert.equal((await later.parked()).length, 1);
  assert.equal((await later.discard({}, by)).length, 1);
  assert.deepEqual(await later.parked(), []);
});

test('whoever is to be alerted hears of each parked record, once', async (t) => {
  const heard: string[] = [];
  const { park } = await broken(t, (row) => heard.push(row.key));

  await park(['a', 1], ['a', 2], ['b', 3]);

  assert.deepEqual(heard.toSorted(), ['a', 'b']);
});

test('a redrive that waits for its next try ends with the application, and answers what is under way', async (t) => {
  const store = openedStore();
  let retryable: boolean | undefined = false;
  const failing = whenever(
    'note it',
    Sent,
    () => {
      throw Object.assign(new Error('broken'), { retryable });
    },
    { startFrom: 'beginning', retry: { firstDelayMs: 3_600_000, delayMsMax: 3_600_000 } },
  );
  const receiver = boundedContext('receiving', { reactions: [failing] });
  const app = await start(t, [sending, receiver], { store });
  await app.transaction(sending, (tx) => tx.publish(Sent, { key: 'a', number: 1 }));
  await until(async () => (await app.parked()).length === 1);
  retryable = undefined;
  const redriving = app.redrive({}, by);
  const waiting = () => store.log('receiving').waiting({ limit: 1 });
  await until(async () => (await waiting()).at(0)?.kind === 'retry');
  await until(async () => (await waiting()).at(0)?.attempts === 1);

  await app.stop();

  const redriven = await redriving;
  assert.deepEqual(keys(redriven.underWay), ['a']);
});

async function broken(t: TestContext, onParked: (row: { key: string }) => void = () => undefined) {
  const store = openedStore();
  const mended = new Set<string>();
  let isHanging = false;
  const noteIt = whenever(
    'note it',
    Sent,
    async (event, { handle, signal }) => {
      if (isHanging)
        await new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        );
      const { key, number } = event.data;
      if (!mended.has(key))
        throw Object.assign(new Error('broken'), { code: 'broken', retryable: false });
      return handle(notes, key, { type: 'Note', data: { number } });
    },
    { startFrom: 'beginning' },
  );
  const receiver = boundedContext('receiving', { aggregates: [notes], reactions: [noteIt] });
  const app = await start(t, [sending, receiver], { store, onParked });
  return {
    app,
    store,
    receiver,
    hang: () => void (isHanging = true),
    mend: (key: string) => void mended.add(key),
    park: async (...all: (readonly [string, number])[]) => {
      const settled = app.settled();
      await app.transaction(sending, (tx) => {
        for (const [key, number] of all) tx.publish(Sent, { key, number });
      });
      await settled.catch(() => undefined);
      await app.settled().catch((error: unknown) => assert.ok(error instanceof SettledParkedError));
    },
    noted: async (key: string) =>
      (await store.log('receiving').readStream(`notes/${key}`, { limit: 100 })).map(
        ({ data }) => (JSON.parse(data) as { number: number }).number,
      ),
  };
}

function keys(rows: readonly { readonly key: string }[]): readonly string[] {
  return rows.map(({ key }) => key);
}

/** A consumer that knows a contract that asks for more, and has parked a message at its border. */
async function strict(t: TestContext) {
  const store = openedStore();
  const first = await start(t, [sending], { store });
  await first.transaction(sending, (tx) => tx.publish(Sent, { key: 'a', number: 1 }));
  await first.stop();
  let isStrict = true;
  const Stricter = contract('sending.Sent', {
    version: 1,
    schema: z
      .object({ key: z.string(), number: z.number() })
      .refine(() => !isStrict, 'is not liked today'),
    key: (data) => data.key,
  });
  const seen: number[] = [];
  const look = whenever('look', Stricter, (event) => void seen.push(event.data.number), {
    startFrom: 'beginning',
  });
  const contexts = [
    boundedContext('sending', { publishes: [Stricter] }),
    boundedContext('looking', { reactions: [look] }),
  ];
  const heard: string[] = [];
  const app = await start(t, contexts, {
    store,
    onParked: ({ context, subscription }) => heard.push(`${context} ${subscription}`),
  });
  await until(async () => (await app.parked()).length === 1);
  return { app, seen, heard, accept: () => void (isStrict = false) };
}
