import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { sqlite } from '../adapters/sqlite/sqlite-store.ts';
import { committed, fact, facts, incoming, outgoing } from '../conformance/log/samples.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { LAST_LOOKED_THROUGH_MAX } from '../inspection/follow-from.ts';
import type { ShownRecord } from '../inspection/shown-record.ts';
import type { Log } from '../log/log.ts';
import type { Store } from '../log/store.ts';
import { commandLine } from './command-line.ts';
import { type TailForm, tail } from './tail.ts';

const contexts = [boundedContext('ordering', {}), boundedContext('billing', {})];

test('what is recorded is shown as it comes, one line a record, in text and as JSON', async (t) => {
  const { store, ordering } = await twoLogs(t);
  await committed(ordering, { records: [fact('order/1', 1, { recordedAt: 0, occurredAt: 0 })] });
  const text = tailing(t, store, { from: { kind: 'last', count: 1 } });
  const json = tailing(t, store, { from: { kind: 'beginning' }, asJson: true });
  await Promise.all([text.until(1), json.until(1)]);
  const key = 'say "hi"\n🎁\u001b[31m';
  await committed(ordering, {
    records: [outgoing({ key, recordedAt: 1, occurredAt: 0 })],
  });

  assert.deepEqual(await text.until(2), [
    '1970-01-01T00:00:00.000Z  ordering 1  OrderPlaced  order/1 v1  "[not shown: its type is not in the wiring]"',
    String.raw`1970-01-01T00:00:00.001Z  ordering 2  published ordering.OrderPlaced  key "say \"hi\"\n🎁\u001b[31m"  "[not shown: its type is not in the wiring]"  occurred 1970-01-01T00:00:00.000Z`,
  ]);
  const records = (await json.until(2)).map((line) => JSON.parse(line) as ShownRecord);
  assert.deepEqual(
    records.map((record) => record.key),
    ['order-1', key],
  );
  // oxlint-disable-next-line no-control-regex -- these are what must not be there
  assert.doesNotMatch(json.lines.join(''), /[\u0000-\u001f\u007f-\u009f]/);
});

test('it begins now, unless it is asked to begin before, and ends when it is interrupted', async (t) => {
  const { store, ordering } = await twoLogs(t);
  const log = countedReads(store);
  await committed(ordering, { records: facts('order/1', 1, 3) });
  const now = tailing(t, log.store, {});
  await log.firstRead;
  await committed(ordering, { records: facts('order/1', 4, 4) });
  const third = tailing(t, store, {
    context: 'ordering',
    from: { kind: 'position', position: 3 },
  });

  assert.deepEqual(versionsIn(await now.until(1)), [4]);
  assert.deepEqual(versionsIn(await third.until(2)), [3, 4]);
  await Promise.all([now.stop(), third.stop()]);
  await committed(ordering, { records: facts('order/1', 5, 5) });
  assert.equal(now.lines.length, 1);
});

test('records of several contexts come by the time at which they were recorded', async (t) => {
  const { store, ordering, billing } = await twoLogs(t);
  const at = (recordedAt: number, version: number) => fact('o', version, { recordedAt });
  await committed(ordering, { records: [at(1, 1), at(4, 2), at(5, 3)] });
  await committed(billing, { records: [at(2, 1), at(3, 2), at(6, 3)] });
  const shown = async (from: TailForm['from'], count: number) =>
    timesIn(await tailing(t, store, { from }).until(count));

  assert.deepEqual(await shown({ kind: 'beginning' }, 6), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(await shown({ kind: 'last', count: 3 }, 3), [4, 5, 6]);
  assert.deepEqual(await shown({ kind: 'last', count: 99 }, 6), [1, 2, 3, 4, 5, 6]);
});

test('records are chosen by context, type, direction and key', async (t) => {
  const store = sqlite(temporary(t));
  const { ordering, billing } = await opened(t, store);
  const end = fact('end', 1, { type: 'End', key: 'k', recordedAt: 9 });
  await committed(ordering, {
    records: [
      fact('o', 1, { type: 'A', key: 'k', recordedAt: 1 }),
      outgoing({ type: 'B', key: 'k', recordedAt: 2 }),
      incoming('billing', 'm-1', { type: 'C', key: 'other', recordedAt: 3 }),
      end,
    ],
  });
  await committed(billing, { records: [fact('o', 1, { type: 'A', key: 'k', recordedAt: 4 })] });
  const shown = async (form: Partial<TailForm>, count: number) =>
    timesIn(await tailing(t, store, { from: { kind: 'beginning' }, ...form }).until(count));
  const last = { kind: 'last', count: 1 } as const;

  assert.deepEqual(await shown({ context: 'ordering' }, 4), [1, 2, 3, 9]);
  assert.deepEqual(await shown({ types: ['A', 'C'] }, 3), [1, 3, 4]);
  assert.deepEqual(await shown({ directions: ['outgoing', 'incoming'] }, 2), [2, 3]);
  assert.deepEqual(await shown({ key: 'k', context: 'ordering' }, 3), [1, 2, 9]);
  assert.deepEqual(await shown({ types: ['B'], from: last }, 1), [2]);
  const seldom = tailing(t, store, { types: ['End'], from: last });
  await seldom.until(1);
  await committed(ordering, { records: facts('o', 2, 300) });
  await committed(ordering, { records: [{ ...end, id: 'end-2', version: 2, recordedAt: 10 }] });
  assert.deepEqual(timesIn(await seldom.until(2)), [9, 10]);
});

test('whoever takes the lines slowly holds no more than a page in memory', async (t) => {
  const { store, ordering } = await twoLogs(t);
  for (let from = 1; from < 5_000; from += 1_000)
    await committed(ordering, { records: facts('order/1', from, from + 999) });
  const log = countedReads(store);
  const taken = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let waits = 0;
  const slow = tailing(t, log.store, {
    context: 'ordering',
    from: { kind: 'beginning' },
    isTaken: async () => taken[waits++]?.promise,
  });

  await slow.until(1);
  for (let turn = 0; turn < 100; turn += 1) await nextTurn();
  assert.equal(slow.lines.length, 1);
  assert.ok(log.recordsRead() <= 200, `${log.recordsRead()} read`);
  for (const { resolve } of taken) resolve();
  assert.deepEqual(
    versionsIn(await slow.until(5_000)),
    [...Array(5_000).keys()].map((n) => n + 1),
  );
});

test('the look for the last ones has a bound, and says so', async (t) => {
  const store = sqlite(temporary(t));
  const { ordering } = await opened(t, store);
  await committed(ordering, { records: [outgoing()] });
  for (let from = 0; from < LAST_LOOKED_THROUGH_MAX; from += 10_000)
    await committed(ordering, { records: facts('order/1', from + 1, from + 10_000) });
  const form = { context: 'ordering', directions: ['outgoing' as const] };
  const seldom = tailing(t, store, { ...form, from: { kind: 'last', count: 1 } });
  await seldom.toldErr;
  await committed(ordering, { records: [outgoing({ key: 'new' })] });

  assert.match((await seldom.until(1))[0] ?? '', /key "new"/);
  assert.equal(
    seldom.err(),
    'Looked through the last 100,000 records of ordering only: see more with --from.\n',
  );
});

test('a log that is not there yet is followed from when it is', async (t) => {
  const store = memory();
  const ordering = await store.open('ordering');
  t.after(() => ordering.close());
  await committed(ordering, { records: [fact('o', 1, { recordedAt: 1 })] });
  const followed = tailing(t, store, { from: { kind: 'last', count: 1 } });
  await followed.until(1);

  const billing = await store.open('billing');
  t.after(() => billing.close());
  await committed(billing, { records: [fact('o', 1, { recordedAt: 2 })] });

  assert.deepEqual(timesIn(await followed.until(2)), [1, 2]);
});

test('what cannot be followed is said to be so', async (t) => {
  const { store } = await twoLogs(t);
  const position = tailing(t, store, { from: { kind: 'position', position: 7 } });
  const nowhere = tailing(t, memory(), {});
  const unknown = tailing(t, store, { context: 'sales' });

  await assert.rejects(position.ended, {
    code: 'asked-wrongly',
    message: /which with --context\. There are: ordering, billing\./,
  });
  await assert.rejects(nowhere.ended, { code: 'nothing-found', message: /no log of/ });
  await assert.rejects(unknown.ended, { code: 'asked-wrongly' });
  const asked = async (...words: string[]) => {
    let err = '';
    const place = { cwd: import.meta.dirname, width: undefined, out: () => {} };
    const code = await commandLine(['tail', ...words], { ...place, err: (text) => (err += text) });
    return `${code} ${err}`;
  };
  assert.match(await asked('--from', 'noon'), /^2 .*It is a position/s);
  assert.match(await asked('--direction', 'up'), /^2 .*domain, outgoing, incoming, timer/s);
  assert.match(await asked('--last', '2', '--from', '1'), /^2 .*cannot be used with/s);
  assert.match(await asked('--last', 'two'), /^2 .*whole number/s);
});

/** Follows until the end of the test, or until it is stopped. */
function tailing(
  t: TestContext,
  store: Store,
  { isTaken, ...form }: Partial<TailForm> & { readonly isTaken?: () => Promise<void> | undefined },
) {
  const lines: string[] = [];
  let err = '';
  let printed = Promise.withResolvers<void>();
  const told = Promise.withResolvers<void>();
  const end = new AbortController();
  const asked = { from: { kind: 'now' as const }, asJson: false, ...form };
  const ended = tail({ contexts, store }, asked, {
    pour: async (line) => {
      lines.push(line.slice(0, -1));
      printed.resolve();
      printed = Promise.withResolvers();
      await isTaken?.();
      return true;
    },
    err(text) {
      err += text;
      told.resolve();
    },
    lineWidth: Number.POSITIVE_INFINITY,
    untilInterrupted: (work) => work(end.signal),
  });
  const stop = (): Promise<void> => (end.abort(), ended);
  t.after(() => stop().catch(() => undefined));
  // Where it is awaited it is told there.
  ended.catch(() => undefined);
  return {
    lines,
    err: () => err,
    toldErr: told.promise,
    ended,
    stop,
    async until(count: number) {
      while (lines.length < count) await printed.promise;
      return lines;
    },
  };
}

async function twoLogs(t: TestContext) {
  const store = memory();
  return { store, ...(await opened(t, store)) };
}

async function opened(t: TestContext, store: Store) {
  const [ordering, billing] = [await store.open('ordering'), await store.open('billing')];
  t.after(() => Promise.all([ordering.close(), billing.close()]));
  return { ordering, billing };
}

/** The same store, with a count of what its readers read. */
function countedReads(store: Store) {
  let records = 0;
  const first = Promise.withResolvers<void>();
  const reader: Store['reader'] = async (context) => {
    const log = await store.reader(context);
    const read: Log['read'] = async (query) => {
      const page = await log.read(query);
      records += page.length;
      first.resolve();
      return page;
    };
    return {
      ...log,
      get epoch() {
        return log.epoch;
      },
      read,
    };
  };
  return {
    store: { ...store, reader },
    recordsRead: () => records,
    firstRead: first.promise,
  };
}

function versionsIn(lines: readonly string[]): number[] {
  return lines.map((line) => Number(/ v(\d+) /.exec(line)?.[1]));
}

function timesIn(lines: readonly string[]): number[] {
  return lines.map((line) => Date.parse(line.slice(0, 24)));
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function temporary(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'thereupon-tail-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}
