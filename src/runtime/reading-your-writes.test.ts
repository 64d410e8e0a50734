/** Reading what a token stands for: the document, or an error that says why not; never an old answer. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { z } from 'zod';
import { memory } from '../adapters/memory/memory-store.ts';
import { sqlite } from '../adapters/sqlite/sqlite-store.ts';
import { aggregate } from '../aggregate/aggregate.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { publish } from '../context/publication.ts';
import { contract } from '../contract/contract.ts';
import { manualClock } from '../host/fixtures/manual-clock.ts';
import type { Host } from '../host/host.ts';
import type { Store } from '../log/store.ts';
import { readModel, type } from '../read-model/read-model.ts';
import { openedStore, rejection, start } from './fixtures/start.ts';
import { HeldReadError, StaleReadError, TokenOutOfReachError } from './query-model.ts';

const Told = contract('teller.Told', {
  version: 1,
  schema: z.object({ id: z.string(), text: z.string() }),
  key: (data) => data.id,
});
type Tell = { type: 'Tell'; data: { id: string; text: string } };
const tale = aggregate({
  name: 'tale',
  initial: {},
  decide: ({ data }: Tell) => [{ type: 'Told' as const, data }],
  evolve: (state: object, _event: { type: 'Told'; data: Tell['data'] }) => state,
});

const faults = { key: false, fold: false, soon: false };
function texts(name: string, from: typeof Told | typeof tale) {
  const spoilt = (part: 'key' | 'fold', id: string): void => {
    const isSpoilt = faults[part] && id === 'bad';
    if (isSpoilt) throw Object.assign(new Error(part), faults.soon ? {} : { retryable: false });
  };
  return readModel({
    name,
    version: 1,
    document: type<{ text: string }>(),
    from: [from as typeof tale],
    by: ({ data }) => {
      spoilt('key', data.id);
      return `text of ${data.id}`;
    },
    evolve: {
      Told: (_, { data }) => (spoilt('fold', data.id), { text: data.text }),
      ...({ 'teller.Told': (_: unknown, { data }: Tell) => ({ text: data.text }) } as object),
    },
    index: ['text'],
  });
}

const stores: readonly [string, (t: TestContext) => Store][] = [
  ['memory', () => memory()],
  ['SQLite', (t) => sqlite(directory(t))],
];
for (const [name, makeStore] of stores) {
  test(`${name}: a message parked at the border is no message passed: the read is held, and names it`, async (t) => {
    const { app, tell, tellBadly, heard } = await scene(t, makeStore(t));
    const before = await tell('a', 'one');
    const parked = await tellBadly('a');
    const other = await tell('b', 'two');

    const query = app.read(heard);
    assert.equal((await query.get('text of a', { after: before.token }))?.text, 'one');
    for (const { token } of [parked, other]) {
      const error = await rejection(query.get('text of a', { after: token }), HeldReadError);
      assert.equal(error.key, 'a');
      await rejection(query.find({ after: token }), HeldReadError);
    }
    await app.discard({}, { who: 'ann', why: 'nobody misses it' });

    assert.equal((await query.get('text of b', { after: other.token }))?.text, 'two');
  });

  test(`${name}: a token of a context that is not listened to, or that there is not, is out of reach`, async (t) => {
    const { app, tell, heard } = await scene(t, makeStore(t));
    const { token } = await tell('a', 'one');

    for (const after of [token.replace('teller', 'nobody'), token.replace('teller', 'bystander')]) {
      const error = await rejection(
        app.read(heard).get('text of a', { after }),
        TokenOutOfReachError,
      );
      assert.match(error.message, /"listener" does not listen to that context/);
      assert.equal(error.retryable, false);
    }
  });

  test(`${name}: a token of another epoch of the other context is a stale read`, async (t) => {
    const { app, tell, heard } = await scene(t, makeStore(t));
    const { token } = await tell('a', 'one');
    assert.ok(await app.read(heard).get('text of a', { after: token }));

    const after = token.replace(/:.*:/, ':another-epoch:');

    await rejection(app.read(heard).get('text of a', { after, timeoutMs: 30 }), StaleReadError);
  });

  test(`${name}: a record whose key could not be told holds every key that is read after it`, async (t) => {
    faults.key = true;
    const { app, tell, told } = await scene(t, makeStore(t));
    const before = await tell('a', 'one');
    const bad = await tell('bad', 'two');
    const later = await tell('a', 'six');
    const query = app.read(told);

    assert.equal((await query.get('text of a', { after: before.token }))?.text, 'six');
    for (const { token } of [bad, later]) {
      const error = await rejection(query.get('text of a', { after: token }), HeldReadError);
      assert.equal(error.recordId, bad.events[0]?.id);
    }
    faults.key = false;
    await app.redrive({}, { who: 'ann', why: 'mended' });
    await app.settled();

    assert.equal((await query.get('text of bad', { after: later.token }))?.text, 'two');
  });

  test(`${name}: find is held by any record of the read model that failed, up to the token and not after`, async (t) => {
    faults.fold = true;
    const { app, tell, told } = await scene(t, makeStore(t));
    const before = await tell('a', 'one');
    const bad = await tell('bad', 'two');
    const later = await tell('a', 'six');
    const query = app.read(told);

    assert.deepEqual(await query.find({ after: before.token }), [{ text: 'six' }]);
    for (const { token } of [bad, later]) {
      const error = await rejection(query.find({ after: token }), HeldReadError);
      assert.equal(error.recordId, bad.events[0]?.id);
    }
    assert.deepEqual(await query.find(), [{ text: 'six' }]);
    faults.fold = false;
    await app.redrive({}, { who: 'ann', why: 'mended' });
    await app.settled();

    assert.equal((await query.find({ after: later.token })).length, 2);
  });

  test(`${name}: after a restart a read is held by what was parked before, and find, too`, async (t) => {
    faults.fold = true;
    const store = makeStore(t);
    const first = await scene(t, store);
    const bad = await first.tell('bad', 'two');
    await first.app.stop();
    const { app, told } = await scene(t, store);

    const query = app.read(told);
    for (const reading of [
      query.get('text of bad', { after: bad.token }),
      query.find({ after: bad.token }),
      query.find({ where: { text: 'something else' }, after: bad.token }),
    ])
      assert.equal((await rejection(reading, HeldReadError)).recordId, bad.events[0]?.id);
    await app.discard({}, { who: 'ann', why: 'nobody misses it' });

    assert.deepEqual(await query.find({ after: bad.token }), []);
  });

  test(`${name}: what is tried again by itself makes a read stale and not held, until it is parked`, async (t) => {
    Object.assign(faults, { fold: true, soon: true });
    const clock = manualClock();
    const { app, told } = await scene(t, makeStore(t), { clock });
    const command = { type: 'Tell' as const, data: { id: 'bad', text: 'two' } };
    const { token, events } = await app.handle(tale, 'bad', command);
    const read = (timeoutMs: number) => [
      app.read(told).get('text of bad', { after: token, timeoutMs }),
      app.read(told).find({ after: token, timeoutMs }),
    ];

    const early = read(1).map((reading) => rejection(reading, StaleReadError));
    await clock.advance(1);
    for (const error of await Promise.all(early)) assert.equal(error.retryable, true);
    const waiting = { isOver: false };
    const late = read(Number.MAX_SAFE_INTEGER).map((each) => rejection(each, HeldReadError));
    const all = Promise.all(late).finally(() => (waiting.isOver = true));
    while (!waiting.isOver) await clock.advance(1_000);
    for (const error of await all) assert.equal(error.recordId, events[0]?.id);
  });
}

async function scene(t: TestContext, on: Store, host: Partial<Host> = {}) {
  t.after(() => Object.assign(faults, { key: false, fold: false, soon: false }));
  const told = texts('told', tale);
  const heard = texts('heard', Told);
  const contexts = [
    boundedContext('teller', {
      aggregates: [tale],
      publishes: [publish(Told, tale, 'Told', (event) => event.data)],
      readModels: [told],
    }),
    boundedContext('bystander', {}),
    boundedContext('listener', { readModels: [heard] }),
  ];
  const store = openedStore(on);
  const app = await start(t, contexts, { store, host });
  const tell = async (id: string, text: string) => {
    const handled = await app.handle(tale, id, { type: 'Tell', data: { id, text } });
    await app.settled().catch(() => undefined);
    return handled;
  };
  /** What no version of the contract allows, as somebody else may have written it. */
  const tellBadly = async (id: string) => {
    const log = store.log('teller');
    const [last] = await log.read({ after: 0, limit: 1, directions: ['outgoing'] });
    assert.ok(last);
    const { position: _, ...record } = { ...last, id: `bad message of ${id}`, key: id, data: '{}' };
    const [outcome] = await log.commit([{ records: [record] }]);
    assert.equal(outcome?.kind, 'committed');
    return { token: `teller:${log.epoch}:${outcome.positions[0]}` };
  };
  return { app, tell, tellBadly, told, heard };
}

function directory(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), 'thereupon-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}
