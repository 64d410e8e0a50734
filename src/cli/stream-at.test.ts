import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { type AggregateOptions, aggregate } from '../aggregate/aggregate.ts';
import { committed, fact } from '../conformance/log/samples.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { QuestionError } from '../inspection/question-error.ts';
import type { StateAt } from '../inspection/state-at.ts';
import type { Fact } from '../message/fact.ts';
import { upcasting } from '../message/upcasting.ts';
import { commandLine } from './command-line.ts';
import { type StreamAtForm, momentOf, streamAt, versionOrTime } from './stream-at.ts';

interface Event extends Fact {
  readonly data: Readonly<Record<string, string | number>>;
}
type Evolve = (state: unknown, event: Event) => unknown;

test('a state is shown beside the event that made it so, with what that changed', async (t) => {
  const { shown } = await scene(t, {
    events: [{ item: 'cup' }, { item: 'plate', 'note\n\u001b[31m': 'soon' }, { item: 'fork' }],
    evolve: (state, { data }) => ({
      lines: [...((state as { lines?: string[] }).lines ?? []), data['item']],
      ...(data['note\n\u001b[31m'] === undefined ? {} : { 'note\n\u001b[31m': 'soon' }),
    }),
  });

  assert.deepEqual((await shown('2')).split('\n'), [
    'order/o-1 in ordering · version 2 of 3',
    '   2  2026-05-01T02:00:00.000Z  Changed  {"item":"plate","note\\n\\u001b[31m":"soon"}' +
      '  recorded 2026-06-01T02:00:00.000Z',
    'changed by it',
    '  + lines[1]: "plate"',
    '  + note \\u001b[31m: "soon"',
    'state',
    '  {',
    '    "lines": [',
    '      "cup",',
    '      "plate"',
    '    ],',
    '    "note\\n\\u001b[31m": "soon"',
    '  }',
  ]);
  assert.ok((await shown('3')).includes('\n  - note \\u001b[31m: "soon"\n'));
  assert.match(await shown('0'), /version 0 of 3\nNothing had happened yet\.\nstate\n {2}\{\}$/);
});

test('a time is that of the business, and nothing that happened later is in the state', async (t) => {
  const { stateOf } = await scene(t, { events: [{}, {}, {}], occurredAt: [1, 5, 3] });
  const versionAt = async (at: string, isRecorded = false) =>
    (await stateOf(at, isRecorded)).version;

  assert.equal(await versionAt('2026-05-01T00:59:59.999Z'), 0);
  assert.equal(await versionAt('2026-05-01T01:00:00Z'), 1);
  // What was recorded third had happened by then, but after something that had not.
  assert.equal(await versionAt('2026-05-01T04:00'), 1);
  assert.equal(await versionAt('2026-05-01T05:00'), 3);
  assert.equal(await versionAt('2030-01-01'), 3);
  assert.equal(await versionAt('2026-06-01T02:30Z', true), 2);
  assert.equal(await versionAt('2026-05-31', true), 0);
});

test('evolve sees nothing personal, and the state says that it is not the real one', async (t) => {
  const { stateOf, shown } = await scene(t, {
    events: [{ item: 'cup' }, { name: 'Ada', secret: 1 }],
    metadata: '{"user":"ada@example.com"}',
    options: { personal: { Changed: ['name', 'secret'] } },
    evolve: (_state, event) => ({ greeting: `Dear ${event.data['name']}`, all: event }),
  });
  const state = await stateOf('2');
  const text = await shown('2');

  assert.deepEqual(
    state.changes.filter(({ path }) => path === 'greeting'),
    [{ path: 'greeting', kind: 'changed', before: 'Dear undefined', after: 'Dear [personal]' }],
  );
  assert.ok(state.isMasked);
  assert.match(text, /^state \(personal fields are masked in what it is made of\)$/m);
  assert.doesNotMatch(JSON.stringify(state) + text, /Ada|example\.com|"secret":1/);
});

test('an evolve that cannot do with masked fields is no failure: the event is shown', async (t) => {
  const { stateOf, shown } = await scene(t, {
    events: [{ item: 'cup' }, { name: 'Ada' }, { item: 'fork' }],
    options: { personal: { Changed: ['name'] } },
    evolve: (_state, { data }) => {
      if (data['name'] === '[personal]') throw new TypeError(`what is ${data['name']}?`);
      return { item: data['item'] };
    },
  });
  const state = await stateOf('3');

  assert.equal(state.state, null);
  assert.deepEqual(state.changes, []);
  assert.deepEqual(state.event?.data, { item: 'fork' });
  assert.equal(
    state.problem,
    'evolve failed at version 2 (Changed): TypeError: what is [personal]?. It was given masked ' +
      'text in place of what is personal, which it may not be made for.',
  );
  assert.deepEqual((await stateOf('1')).state, { item: 'cup' });
  assert.match(await shown('3'), /^! evolve failed at version 2 /m);
});

test('old events are brought up, retired ones skipped, and what cannot be is told', async (t) => {
  const Changed = upcasting<Event['data']>().to((data): Event['data'] => {
    if (data['name'] === 'Ada') throw new TypeError('no upcasting of Ada');
    return { ...data, upcast: 1 };
  });
  const { stateOf } = await scene(t, {
    events: [{ item: 'cup' }, { item: 'gone' }, { name: 'Ada' }],
    types: ['Changed', 'Gone', 'Changed'],
    options: { upcasters: { Changed }, retired: ['Gone'] },
    evolve: (_state, { data }) => data,
  });

  assert.deepEqual((await stateOf('1')).state, { item: 'cup', upcast: 1 });
  assert.deepEqual(
    [(await stateOf('2')).state, (await stateOf('2')).changes],
    [{ item: 'cup', upcast: 1 }, []],
  );
  const { problem, state } = await stateOf('3');
  assert.equal(state, null);
  assert.equal(
    problem,
    'The event of version 3 (Changed) cannot be brought to its current version.',
  );
});

test('a state that is not JSON is shown as far as it is, and one that is changed in place whole', async (t) => {
  const odd = await scene(t, { events: [{}], evolve: () => ({ at: new Map([[1, 2]]), n: 1 }) });
  const big = await scene(t, { events: [{}], evolve: () => ({ n: 1n }) });
  const inPlace = await scene(t, {
    events: [{ item: 'cup' }, { item: 'fork' }],
    initial: null,
    evolve: (state, { data }) => Object.assign((state as object | null) ?? {}, data),
  });

  const { state, problem } = await odd.stateOf('1');
  assert.deepEqual(state, { at: {}, n: 1 });
  assert.equal(problem, 'Not all of the state can be shown as JSON: at is a Map.');
  assert.match((await big.stateOf('1')).problem ?? '', /n is a bigint/);
  assert.deepEqual((await inPlace.stateOf('2')).changes, [
    { path: 'item', kind: 'changed', before: 'cup', after: 'fork' },
  ]);
});

test('a long stream is folded page by page', async (t) => {
  const { stateOf } = await scene(t, {
    events: Array.from({ length: 1_201 }, () => ({})),
    evolve: (state) => ({ n: ((state as { n?: number }).n ?? 0) + 1 }),
  });

  assert.deepEqual((await stateOf('1000')).state, { n: 1_000 });
  assert.deepEqual((await stateOf('1201')).state, { n: 1_201 });
  assert.equal((await stateOf('2030-01-01')).version, 1_201);
});

test('a version, stream or aggregate that there is not, and what is no moment, are said to be so', async (t) => {
  const { store, stateOf } = await scene(t, { events: [{}, {}] });
  const config = { contexts: [boundedContext('ordering', {})], store };

  await assert.rejects(stateOf('3'), { code: 'nothing-found', message: /ask for 0 to 2/ });
  await assert.rejects(streamAt(config, 'order/o-1', formOf('1')), {
    code: 'asked-wrongly',
    message: /no aggregate "order" in ordering.*events alone/,
  });
  await assert.rejects(streamAt(config, 'order/o-9', formOf('1')), { code: 'nothing-found' });
  for (const at of ['', 'noon', '-1', '1.5', '9007199254740993', '2026-13-01', 'May 1 2026'])
    assert.throws(() => versionOrTime(at), /It is a version/, at);
  assert.throws(() => formOf('2', true), QuestionError);

  const asked = async (...words: string[]) => {
    let err = '';
    const place = { cwd: import.meta.dirname, width: undefined, out: () => {} };
    const code = await commandLine(['stream', 'order/o-1', ...words], {
      ...place,
      err: (text) => (err += text),
    });
    return `${code} ${err}`;
  };
  assert.match(await asked('--at', 'noon'), /^2 .*--at.*It is a version/s);
  assert.match(
    await asked('--at', '1', '--after', '1'),
    /^2 .*--at.*cannot be used with.*--after/s,
  );
  assert.match(await asked('--recorded'), /^2 --recorded says what --at means/);
});

interface Given {
  readonly events: readonly Readonly<Record<string, string | number>>[];
  readonly types?: readonly string[];
  /** In hours of the first of May; recorded in the same order a month later. */
  readonly occurredAt?: readonly number[];
  readonly metadata?: string;
  readonly initial?: unknown;
  readonly evolve?: Evolve;
  readonly options?: AggregateOptions<unknown, Event>;
}

/** A stream of one order, and what is asked of it. */
async function scene(t: TestContext, given: Given) {
  const store = memory();
  const log = await store.open('ordering');
  t.after(() => log.close());
  const { events, types = [], occurredAt = [], metadata = null } = given;
  const records = events.map((data, index) =>
    fact('order/o-1', index + 1, {
      type: types[index] ?? 'Changed',
      data: JSON.stringify(data),
      occurredAt: Date.UTC(2026, 4, 1, occurredAt[index] ?? index + 1),
      recordedAt: Date.UTC(2026, 5, 1, index + 1),
      metadata,
    }),
  );
  await committed(log, { records });
  const evolve = given.evolve ?? ((_state, { data }) => data);
  const wiring = { name: 'order', decide: () => [], evolve, snapshotEvery: 0, ...given.options };
  const order = aggregate({ initial: given.initial === undefined ? {} : given.initial, ...wiring });
  const config = { contexts: [boundedContext('ordering', { aggregates: [order] })], store };
  return {
    store,
    shown: (at: string) => streamAt(config, 'order/o-1', formOf(at)),
    stateOf: async (at: string, isRecorded = false) => {
      const form = { ...formOf(at, isRecorded), asJson: true };
      return JSON.parse(await streamAt(config, 'order/o-1', form)) as StateAt;
    },
  };
}

function formOf(at: string, isRecorded = false): StreamAtForm {
  const plain = (_style: string, text: string): string => text;
  const moment = momentOf(versionOrTime(at), isRecorded);
  return { context: undefined, at: moment, asJson: false, width: Infinity, paint: plain };
}
