import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { sqlite } from '../adapters/sqlite/sqlite-store.ts';
import { aggregate } from '../aggregate/aggregate.ts';
import { committed, fact, facts, outgoing } from '../conformance/log/samples.ts';
import { boundedContext } from '../context/bounded-context.ts';
import type { StreamList } from '../inspection/listed-stream.ts';
import { LOOKED_THROUGH_MAX, type NewestStreams } from '../inspection/newest-streams.ts';
import type { Store } from '../log/store.ts';
import { type StreamsForm, streams } from './streams.ts';

const [order, basket, payment] = ['order', 'basket', 'payment'].map((name) =>
  aggregate({ name, initial: {}, decide: () => [], evolve: () => ({}) }),
);
const contexts = [
  boundedContext('ordering', { aggregates: [order, basket].flatMap((one) => one ?? []) }),
  boundedContext('billing', { aggregates: [payment].flatMap((one) => one ?? []) }),
];

test('streams are listed over all contexts, the newest activity first', async (t) => {
  const { store } = await twoContexts(t);
  const shown = await streams({ contexts, store }, usual);

  assert.deepEqual(shown.split('\n'), [
    `${NEVER}  ordering  order/1 v2  OrderPlaced  recorded ${at(5)}`,
    `${NEVER}  billing  payment/1 v1  OrderPlaced  recorded ${at(4)}`,
    `${NEVER}  ordering  order/10 v1  OrderPlaced  recorded ${at(3)}`,
    `${NEVER}  ordering  "basket/a\\n\\u001b[31m" v1  OrderPlaced  recorded ${at(1)}`,
  ]);
});

test('streams are listed by name, and of one context or aggregate only', async (t) => {
  const { namesOf } = await twoContexts(t);

  assert.deepEqual(await namesOf({ by: 'name' }), [
    'basket/a\n\u001b[31m',
    'order/1',
    'order/10',
    'payment/1',
  ]);
  for (const by of ['name', 'activity'] as const) {
    assert.deepEqual((await namesOf({ by, aggregate: 'order' })).toSorted(), [
      'order/1',
      'order/10',
    ]);
    assert.deepEqual(await namesOf({ by, context: 'billing' }), ['payment/1']);
    assert.deepEqual(
      await namesOf({ by, aggregate: 'order', context: 'billing' }).catch(codeOf),
      'nothing-found',
    );
  }
});

test('page by page, every stream comes once, also when something happens meanwhile', async (t) => {
  for (const by of ['name', 'activity'] as const) {
    const { store, ordering, pageAfter } = await twoContexts(t);
    const first = await pageAfter(undefined, { by, limit: 1 });
    await committed(ordering, { records: [fact('order/1', 3, { recordedAt: time(9) })] });
    const found = [...first.streams];
    for (let { next } = first; next !== null;) {
      const page: StreamList = await pageAfter(next, { by, limit: 1 });
      found.push(...page.streams);
      next = page.next;
    }
    const names = found.map(({ stream }) => stream);

    assert.deepEqual(names.toSorted(), [
      'basket/a\n\u001b[31m',
      'order/1',
      'order/10',
      'payment/1',
    ]);
    const text = await streams({ contexts, store }, { ...usual, by, limit: 1 });
    const option = by === 'name' ? '--by name --after' : '--after';
    assert.match(text, new RegExp(`^Go on with: ${option} `, 'm'));
  }
});

test('a hot stream does not make the list take for ever: it says how far it looked', async (t) => {
  const store = sqlite(temporary(t));
  const log = await store.open('ordering');
  await committed(log, { records: [fact('order/old', 1)] });
  for (let from = 1; from < LOOKED_THROUGH_MAX; from += 10_000)
    await committed(log, { records: facts('order/hot', from, from + 9_999) });
  await log.close();
  const config = { contexts: contexts.slice(0, 1), store };

  const first = JSON.parse(await streams(config, { ...usual, asJson: true })) as NewestStreams;
  const text = await streams(config, usual);
  const after = first.next ?? '';
  const second = await streams(config, { ...usual, after, asJson: true });
  const { streams: left, next, endedEarly } = JSON.parse(second) as NewestStreams;

  assert.deepEqual(
    first.streams.map(({ stream }) => stream),
    ['order/hot'],
  );
  assert.deepEqual(first.endedEarly, ['ordering']);
  assert.ok(
    text.endsWith(
      `Looked through the newest 100,000 records of ordering. Go on with: --after ${after}`,
    ),
  );
  assert.deepEqual([left.map(({ stream }) => stream), next, endedEarly], [['order/old'], null, []]);
});

test('an empty list is told from what was asked wrongly', async (t) => {
  const store = memory();
  const asked = (form: Partial<StreamsForm>) => streams({ contexts, store }, { ...usual, ...form });
  await assert.rejects(asked({}), {
    code: 'nothing-found',
    message: /no log of ordering, billing/,
  });
  const log = await store.open('ordering');
  t.after(() => log.close());

  for (const by of ['name', 'activity'] as const) {
    assert.equal(await asked({ by }), 'There are no streams.');
    await assert.rejects(asked({ by, aggregate: 'orders' }), {
      code: 'nothing-found',
      message: /no aggregate "orders".*are: order, basket, payment\./,
    });
    for (const after of ['', 'x', 'sales/1', 'ordering:1,', 'ordering:', 'ordering:1.5,billing:1'])
      await assert.rejects(asked({ by, after }), { code: 'asked-wrongly' }, `${by} ${after}`);
  }
});

/** Two contexts in which something happened, one after the other. */
async function twoContexts(t: TestContext) {
  const store: Store = sqlite(temporary(t));
  const ordering = await store.open('ordering');
  const billing = await store.open('billing');
  t.after(() => Promise.all([ordering.close(), billing.close()]));
  const one = (stream: string, version: number, hour: number) => ({
    records: [fact(stream, version, { occurredAt: 0, recordedAt: time(hour) })],
  });
  await committed(ordering, one('basket/a\n\u001b[31m', 1, 1));
  await committed(ordering, one('order/1', 1, 2));
  await committed(ordering, one('order/10', 1, 3));
  await committed(billing, one('payment/1', 1, 4));
  await committed(ordering, one('order/1', 2, 5));
  await committed(ordering, { records: [outgoing()] });
  const pageAfter = async (after: string | undefined, form: Partial<StreamsForm>) => {
    const asked = { ...usual, ...form, ...(after === undefined ? {} : { after }), asJson: true };
    return JSON.parse(await streams({ contexts, store }, asked)) as StreamList;
  };
  const namesOf = async (form: Partial<StreamsForm>) =>
    (await pageAfter(undefined, form)).streams.map(({ stream }) => stream);
  return { store, ordering, pageAfter, namesOf };
}

const usual: StreamsForm = { by: 'activity', limit: 9, asJson: false, width: Infinity };
const NEVER = '1970-01-01T00:00:00.000Z';

function time(hour: number): number {
  return Date.UTC(2026, 4, 1, hour);
}

function at(hour: number): string {
  return new Date(time(hour)).toISOString();
}

function codeOf(error: { readonly code: string }): string {
  return error.code;
}

function temporary(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'thereupon-streams-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}
