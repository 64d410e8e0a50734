/** What callers pass in is looked at before anything is stored, and comes back as it was. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { z } from 'zod';
import { memory } from '../adapters/memory/memory-store.ts';
import { sqlite } from '../adapters/sqlite/sqlite-store.ts';
import { aggregate } from '../aggregate/aggregate.ts';
import { AggregateIdError } from '../aggregate/aggregate-id.ts';
import { EventTypeError } from '../aggregate/event-type.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { contract } from '../contract/contract.ts';
import { MessageKeyError } from '../contract/message-key.ts';
import type { Store } from '../log/store.ts';
import { InvalidTimeError } from '../message/business-time.ts';
import type { Fact } from '../message/fact.ts';
import { notYet } from '../reaction/tools.ts';
import { whenever } from '../reaction/whenever.ts';
import { readModel, type } from '../read-model/read-model.ts';
import type { ByWhom } from './by-whom.ts';
import { openedStore, rejection, settledOrParked, start, until } from './fixtures/start.ts';
import { InvalidCommandIdError } from './call-options.ts';
import type { HandleOptions } from './handle-command.ts';
import { InvalidOptionError } from './invalid-option.ts';
import type { TransactionOptions } from './transaction.ts';

type Said = Fact<'Said', { readonly text: string }>;
const speaker = aggregate({
  name: 'speaker',
  initial: { count: 0 },
  // What it decides is what it is given, so that it can be given what no decider should decide.
  decide: ({ data }: Fact<'Say', { readonly event: Said }>) => [data.event],
  evolve: ({ count }: { count: number }, _event: Said) => ({ count: count + 1 }),
});
const Heard = contract('stage.Heard', {
  version: 1,
  schema: z.object({ key: z.string() }),
  key: ({ key }) => key,
});
const lines = readModel({
  name: 'lines',
  version: 1,
  document: type<{ text: string }>(),
  from: [speaker],
  by: ({ stream }) => stream.slice('speaker/'.length),
  evolve: { Said: (_, { data }) => ({ text: data.text }) },
});

const say = (event: unknown = { type: 'Said', data: { text: 'hello' } }) => ({
  type: 'Say' as const,
  data: { event: event as Said },
});
const by: ByWhom = { who: 'ann', why: 'mended' };

/** Text that every store gives back as it was. */
const FINE = ['a', '__proto__', 'constructor', 'two\nlines', '😀', 'a/b', ' ', '注文', `it's "1"`];
/** What can be no id and no key. */
const BAD: unknown[] = ['', 'a\0b', '\ud800', 'x\udc00', undefined, null, 5, {}, ['a']];

const stores: readonly [string, (t: TestContext) => Store][] = [
  ['memory', () => memory()],
  ['SQLite', (t) => sqlite(directory(t))],
];
for (const [name, makeStore] of stores) {
  test(`${name}: ids with line breaks, emoji and odd names are fine, each its own`, async (t) => {
    const { app } = await scene(t, makeStore(t));

    for (const id of [...FINE, 'x'.repeat(1_000)]) {
      const event = { type: 'Said', data: { text: `of ${id}` } };
      const options = { commandId: id.slice(0, 255), correlationId: id.slice(0, 255) };
      const { version, token } = await app.handle(speaker, id, say(event), options);
      const again = await app.handle(speaker, id, say(event), options);

      assert.deepEqual([version, again.version], [1, 1], id);
      assert.deepEqual(await app.read(lines).get(id, { after: token }), { text: `of ${id}` });
      assert.equal(again.events[0]?.correlationId, id.slice(0, 255));
    }
  });

  test(`${name}: an id that no store could keep is refused, and nothing is appended`, async (t) => {
    const { app, log } = await scene(t, makeStore(t));

    for (const id of [...BAD, 'x'.repeat(1_001)]) {
      const error = await rejection(app.handle(speaker, id as string, say()), AggregateIdError);
      assert.equal(error.aggregate, 'speaker');
      assert.equal(error.retryable, false);
      assert.ok(error.message.length < 300, 'it does not repeat what is too long');
    }

    assert.equal(await log.head(), 0);
  });

  test(`${name}: options of a call are text of a stated length, and refused before anything is done`, async (t) => {
    const { app, stage, log } = await scene(t, makeStore(t));
    const calls = [
      (options: HandleOptions) => app.handle(speaker, 'a', say(), options),
      (options: HandleOptions) =>
        app.transaction(stage, () => undefined, { ...options, asked: 1 } as TransactionOptions),
    ];

    for (const call of calls) {
      for (const bad of [...BAD.filter((each) => each !== undefined), 'x'.repeat(256)]) {
        const text = bad as string;
        for (const option of ['correlationId', 'traceparent']) {
          const error = await rejection(call({ [option]: text }), InvalidOptionError);
          assert.equal(error.option, option);
        }
        await rejection(call({ commandId: text }), InvalidCommandIdError);
      }
    }

    assert.equal(await log.head(), 0);
  });

  test(`${name}: metadata is an object of texts up to a stated size, and comes back as it was`, async (t) => {
    const { app, log } = await scene(t, makeStore(t));
    const inherited = Object.create({ user: 'ann' }) as Record<string, string>;
    const refused: unknown[] = [
      null,
      'text',
      5,
      ['a'],
      new Date(0),
      new Map([['user', 'ann']]),
      inherited,
      { user: 5 },
      { user: null },
      { user: { name: 'ann' } },
      { user: 1n },
      { user: 'x'.repeat(8_192) },
    ];

    for (const metadata of refused) {
      const error = await rejection(
        app.handle(speaker, 'a', say(), { metadata: metadata as Record<string, string> }),
        InvalidOptionError,
      );
      assert.equal(error.option, 'metadata');
      assert.ok(!error.message.includes('ann'), 'it does not repeat what may be personal');
    }
    assert.equal(await log.head(), 0);
    const metadata = JSON.parse(
      '{"__proto__":"a","constructor":"b","":"","😀\\n\\u0000":"\\ud800"}',
    ) as Record<string, string>;
    await app.handle(speaker, 'a', say(), { metadata });
    const again = await app.handle(speaker, 'a', say(), { commandId: 'c', metadata });
    const { events } = await app.handle(speaker, 'a', say(), { commandId: 'c', metadata });

    for (const each of [again.events[0], events[0]]) {
      assert.deepEqual(Object.entries(each?.metadata ?? {}), Object.entries(metadata));
      assert.equal(Object.getPrototypeOf(each?.metadata), Object.prototype);
    }
  });

  test(`${name}: a time is text in ISO 8601, and nothing that only resembles it`, async (t) => {
    const { app, log } = await scene(t, makeStore(t));
    const refused = [new Date(0), 5, '5', 'yesterday', '', 'Thu Nov 26 2026', 'x'.repeat(100_000)];

    for (const occurredAt of refused) {
      const asked = { occurredAt: occurredAt as string };
      const error = await rejection(app.handle(speaker, 'a', say(), asked), InvalidTimeError);
      assert.ok(error.message.length < 300, 'it does not repeat what is too long');
    }

    assert.equal(await log.head(), 0);
    const asked = { occurredAt: '2011-12-09T12:50:00.000Z' };
    const { events } = await app.handle(speaker, 'a', say(), asked);
    assert.equal(events[0]?.occurredAt, asked.occurredAt);
  });

  test(`${name}: the type of an event is a name, and may be that of anything else in the language`, async (t) => {
    const { app, log } = await scene(t, makeStore(t));

    for (const bad of [...BAD, 'x'.repeat(201)]) {
      const event = { type: bad, data: { text: 'a' } };
      const error = await rejection(app.handle(speaker, 'a', say(event)), EventTypeError);
      assert.equal(error.aggregate, 'speaker');
    }
    assert.equal(await log.head(), 0);
    for (const [index, fine] of ['constructor', '__proto__', 'toString', 'Größe 😀'].entries()) {
      const event = { type: fine, data: { text: 'a' } };
      const { events, version } = await app.handle(speaker, 'a', say(event));
      assert.deepEqual([events[0]?.type, version], [fine, index + 1]);
    }
    await app.settled();
  });

  test(`${name}: a key that no store could keep is refused where it is published`, async (t) => {
    const { app, stage, log } = await scene(t, makeStore(t));

    for (const key of ['', 'a\0b', '\ud800', 'x'.repeat(1_001)])
      await rejection(
        app.transaction(stage, (tx) => tx.publish(Heard, { key })),
        MessageKeyError,
      );

    assert.equal(await log.head(), 0);
    for (const key of FINE) await app.transaction(stage, (tx) => tx.publish(Heard, { key }));
    await app.settled();
  });

  test(`${name}: who does something and why is said in so many characters, or it is not done`, async (t) => {
    const { app, stage, log, publish } = await scene(t, makeStore(t), () => {
      throw Object.assign(new Error('no'), { retryable: false });
    });
    await publish('a');
    const bad = [...BAD, 'x'.repeat(1_001)] as string[];

    for (const option of ['who', 'why'] as const) {
      for (const text of bad) {
        const wrong = { ...by, [option]: text };
        for (const done of [
          () => app.redrive({}, wrong),
          () => app.discard({}, wrong),
          () => app.pause(stage, 'hear', wrong),
          () => app.resume(stage, 'hear', wrong),
        ])
          assert.equal((await rejection(done(), InvalidOptionError)).option, option);
      }
    }
    assert.deepEqual(await log.operations(10), []);
    const why = `${'why '.repeat(248)}😀\n"x"`;
    await app.discard({}, { who: 'Ann 😀', why });

    const [operation] = await log.operations(10);
    assert.deepEqual([operation?.who, operation?.why], ['Ann 😀', why]);
    assert.deepEqual(await app.parked(), []);
  });

  test(`${name}: of what a handler throws so much is kept that it can be told, and no more`, async (t) => {
    const long = `${'no '.repeat(50_000)}\0\ud800`;
    const thrown: Record<string, unknown> = {
      error: new Error(long),
      named: Object.assign(new Error('a'), { code: long, name: long }),
      text: long,
      object: { long },
      odd: Object.assign(new Error('odd'), { name: 5, message: { a: 1 }, stack: 7, code: 'a\0' }),
    };
    const { app, publish } = await scene(t, makeStore(t), (key) => {
      if (typeof thrown[key] === 'object')
        Object.assign(thrown[key] as object, { retryable: false });
      throw thrown[key] as Error;
    });

    for (const key of Object.keys(thrown)) await publish(key);

    const parked = await app.parked();
    assert.equal(parked.length, 5);
    for (const { error } of parked) {
      assert.ok(error !== null && error.message.length <= 2_000);
      assert.ok((error.stack ?? '').length <= 4_000 && error.name.length <= 200);
      assert.ok((error.code ?? '').length <= 200);
      for (const text of [error.name, error.code, error.message, error.stack])
        assert.ok(text === null || (text.isWellFormed() && !text.includes('\0')));
    }
    const error = parked.find(({ key }) => key === 'error')?.error;
    assert.match(error?.message ?? '', /^no no .*… \(150002 characters\)$/);
    assert.match(error?.stack ?? '', /what-is-passed-in\.test\.ts/, 'where it was is not cut off');
  });

  test(`${name}: what a handler lacks is told in so many characters, too`, async (t) => {
    const { app, log, publish } = await scene(t, makeStore(t), () => notYet('no '.repeat(50_000)));

    await publish('a', false);
    await until(async () => (await log.waiting({ limit: 1 })).length === 1);

    const [row] = await log.waiting({ limit: 1 });
    assert.equal(row?.error?.code, 'not-yet');
    assert.match(row?.error?.message ?? '', /^no no .*… \(150000 characters\)$/);
    assert.deepEqual(await app.parked(), []);
  });
}

async function scene(t: TestContext, on: Store, hear: (key: string) => unknown = () => undefined) {
  const stage = boundedContext('stage', {
    aggregates: [speaker],
    publishes: [Heard],
    readModels: [lines],
    reactions: [
      whenever('hear', Heard, async (event) => hear(event.data.key) as undefined, {
        retry: { attemptsMax: 1 },
      }),
    ],
  });
  const store = openedStore(on);
  const app = await start(t, [stage], { store });
  return {
    app,
    stage,
    log: store.log('stage'),
    publish: async (key: string, mayWait = true) => {
      await app.transaction(stage, (tx) => tx.publish(Heard, { key }));
      if (mayWait) await settledOrParked(app);
    },
  };
}

function directory(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), 'thereupon-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}
