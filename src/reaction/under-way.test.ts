/**
 * A record is in the hands of one run of its handler at a time, whatever comes between: a handler
 * that hears nothing of its signal, a redrive, a store that fails, a stop.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { aggregate } from '../aggregate/aggregate.ts';
import { boundedContext } from '../context/bounded-context.ts';
import type { Log } from '../log/log.ts';
import type { WriteSet } from '../log/write-set.ts';
import type { Fact } from '../message/fact.ts';
import { openedStore, start, until } from '../runtime/fixtures/start.ts';
import type { RetryPolicy } from '../subscription/retry-policy.ts';
import { effect } from './effect.ts';
import { happened } from './source.ts';
import { whenever } from './whenever.ts';

type Command = Fact<'Ask', { readonly number: number }> | Fact<'Answer', { readonly run: number }>;
type Event =
  | Fact<'Asked', { readonly number: number }>
  | Fact<'Answered', { readonly run: number }>;

const question = aggregate({
  name: 'question',
  initial: {},
  decide: (command: Command): Event[] =>
    command.type === 'Ask'
      ? [{ type: 'Asked', data: command.data }]
      : [{ type: 'Answered', data: command.data }],
  evolve: (state, _event: Event) => state,
});
const by = { who: 'ann', why: 'mended' };

for (const kind of ['reaction', 'effect'] as const) {
  test(`${kind}: one that hears nothing of its signal is not run beside itself, and what it did late is not taken`, async (t) => {
    const first = Promise.withResolvers<void>();
    const { app, ask, answered, runs, most, row } = await answering(t, {
      kind,
      timeoutMs: 20,
      retry: { attemptsMax: 100, firstDelayMs: 1, delayMsMax: 1 },
      during: (run) => (run === 1 ? first.promise : undefined),
    });
    await ask('a', 1);

    await until(async () => ((await row('a'))?.attempts ?? 0) >= 3);
    assert.equal((await row('a'))?.error?.code, 'still-running');
    assert.equal(runs(), 1);
    first.resolve();
    await app.settled();

    assert.equal(runs(), 2);
    assert.equal(most(), 1);
    assert.deepEqual(await answered('a'), [2]);
  });

  test(`${kind}: one that never ends is parked, whoever redrives it, until it has ended`, async (t) => {
    const first = Promise.withResolvers<void>();
    const { app, ask, answered, runs, most } = await answering(t, {
      kind,
      timeoutMs: 20,
      retry: { attemptsMax: 1 },
      during: (run) => (run === 1 ? first.promise : undefined),
    });
    await ask('a', 1);
    await until(async () => (await app.parked()).length === 1);

    const early = await app.redrive({}, by);
    assert.deepEqual(
      early.parkedAgain.map(({ error }) => error?.code),
      ['still-running'],
    );
    first.resolve();
    const late = await app.redrive({}, by);

    assert.equal(late.done.length, 1);
    assert.equal(runs(), 2);
    assert.equal(most(), 1);
    assert.deepEqual(await answered('a'), [2]);
  });
}

test('a redrive that waits for the earlier run goes on as soon as that has ended', async (t) => {
  const first = Promise.withResolvers<void>();
  const { app, ask, answered, most } = await answering(t, {
    timeoutMs: 500,
    retry: { attemptsMax: 1 },
    during: (run) => (run === 1 ? first.promise : undefined),
  });
  await ask('a', 1);
  await until(async () => (await app.parked()).length === 1);

  const redriving = app.redrive({}, by);
  await until(async () => (await app.parked()).length === 0);
  first.resolve();
  const redriven = await redriving;

  assert.equal(redriven.done.length, 1);
  assert.equal(most(), 1);
  assert.deepEqual(await answered('a'), [2]);
});

for (const fault of ['before', 'answer-lost'] as const) {
  test(`a commit that fails while a handler goes on beside its batch runs nothing twice at a time (${fault})`, async (t) => {
    const first = Promise.withResolvers<void>();
    const { app, ask, answered, most, log } = await answering(t, {
      during: (run) => (run === 1 ? first.promise : undefined),
    });
    const failing = failOnce(log, fault, ({ waiting = [] }) => waiting.length > 0);
    await ask('a', 1);
    await ask('b', 2);

    await failing;
    await until(async () => most() > 1 || (await log.waiting({ limit: 10 })).length > 0);
    first.resolve();
    await app.settled();

    assert.equal(most(), 1);
    assert.equal((await answered('a')).length, 1);
    assert.equal((await answered('b')).length, 1);
  });
}

test('a handler that goes on beside its batch decides on what others have appended meanwhile', async (t) => {
  const isOpen = Promise.withResolvers<void>();
  const { app, log, enter } = await doors(t, { before: () => isOpen.promise });
  await Promise.all([enter('quick'), enter('slow')]);
  await until(async () => (await log.waiting({ limit: 1 })).length === 1);
  assert.equal(await log.streamVersion('door/d'), 1);

  await app.handle(door, 'd', { type: 'Open', data: {} });
  isOpen.resolve();
  await app.settled();

  const types = (await log.readStream('door/d', { limit: 10 })).map(({ type }) => type);
  assert.deepEqual(types, ['Knocked', 'Opened', 'Entered']);
});

test('a stop while a handler under way is being taken up finishes that one, and no second', async (t) => {
  const gate = Promise.withResolvers<void>();
  const reading = Promise.withResolvers<void>();
  const { app, ask, answered, runs, log, store } = await answering(t, {
    during: () => gate.promise,
  });
  const { recordsById } = log;
  log.recordsById = async (ids) => {
    reading.resolve();
    await gate.promise;
    return recordsById(ids);
  };
  await ask('a', 1);
  await Promise.race([
    reading.promise,
    until(async () => (await log.waiting({ limit: 1 })).length === 1),
  ]);

  const stopping = app.stop();
  // So that the stop has come to what goes on beside its batch.
  for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  gate.resolve();
  await stopping;

  assert.equal(runs(), 1);
  await store.open('asking');
  assert.deepEqual(await answered('a'), [1]);
});

for (const decision of ['discard', 'redrive'] as const) {
  test(`a ${decision} whose answer is lost holds nothing back: its key goes on`, async (t) => {
    let isBroken = true;
    const { app, ask, answered, log } = await answering(t, {
      retry: { attemptsMax: 1 },
      during() {
        if (isBroken) throw new Error('broken');
      },
    });
    await ask('a', 1);
    await ask('a', 2);
    await until(async () => (await app.parked()).length === 1);
    isBroken = false;
    const failing = failOnce(log, 'answer-lost', ({ operations = [] }) => operations.length > 0);

    await assert.rejects(app[decision]({}, by), /on purpose/);
    await failing;
    await app.settled();

    assert.equal((await answered('a')).length, decision === 'discard' ? 1 : 2);
    assert.deepEqual(await log.waiting({ limit: 10 }), []);
  });
}

const door = aggregate({
  name: 'door',
  initial: { isOpen: false },
  decide: (command: DoorCommand, { isOpen }): DoorEvent[] => {
    if (command.type === 'Open') return [{ type: 'Opened', data: {} }];
    if (command.type === 'Knock') return [{ type: 'Knocked', data: {} }];
    if (!isOpen) throw new Error('it is closed');
    return [{ type: 'Entered', data: {} }];
  },
  evolve: ({ isOpen }, { type }: DoorEvent) => ({ isOpen: isOpen || type === 'Opened' }),
});
type DoorCommand = Fact<'Knock' | 'Open' | 'Enter', Record<string, never>>;
type DoorEvent = Fact<'Knocked' | 'Opened' | 'Entered', Record<string, never>>;

/** Whoever is quick knocks; whoever is slow waits before entering. All of them at one door. */
async function doors(t: TestContext, { before }: { readonly before: () => Promise<void> }) {
  const store = openedStore();
  const visit = whenever(
    'visit',
    happened(question, 'Asked'),
    async (event, { handle }) => {
      if (event.stream === 'question/quick') return handle(door, 'd', { type: 'Knock', data: {} });
      await before();
      return handle(door, 'd', { type: 'Enter', data: {} });
    },
    { by: (event) => event.stream },
  );
  const house = boundedContext('house', { aggregates: [question, door], reactions: [visit] });
  const app = await start(t, [house], { store });
  return {
    app,
    log: store.log('house'),
    enter: (id: string) => app.handle(question, id, { type: 'Ask', data: { number: 1 } }),
  };
}

/** Resolves when one commit has failed: that of the first write set that is meant. */
function failOnce(
  log: Log,
  fault: 'before' | 'answer-lost',
  isMeant: (writeSet: WriteSet) => boolean,
): Promise<void> {
  const failed = Promise.withResolvers<void>();
  const commit = log.commit.bind(log);
  log.commit = async (writeSets) => {
    if (!writeSets.some(isMeant)) return commit(writeSets);
    log.commit = commit;
    if (fault === 'answer-lost') await commit(writeSets);
    failed.resolve();
    throw new Error('It fails on purpose.');
  };
  return failed.promise;
}

interface Options {
  readonly kind?: 'reaction' | 'effect';
  readonly timeoutMs?: number;
  readonly retry?: Partial<RetryPolicy>;
  /** What a run waits for, the first one being 1. */
  readonly during: (run: number) => Promise<void> | void;
}

/** Answers each question with the number of the run that answered it. */
async function answering(t: TestContext, { kind = 'reaction', during, ...options }: Options) {
  const store = openedStore();
  let runs = 0;
  const running = new Map<string, number>();
  let most = 0;
  const run = async (id: string): Promise<number> => {
    const number = (runs += 1);
    running.set(id, (running.get(id) ?? 0) + 1);
    most = Math.max(most, running.get(id) ?? 0);
    try {
      await during(number);
      return number;
    } finally {
      running.set(id, (running.get(id) ?? 0) - 1);
    }
  };
  const asked = happened(question, 'Asked');
  const answer = (number: number) => ({ type: 'Answer', data: { run: number } }) as const;
  const parts =
    kind === 'reaction'
      ? {
          reactions: [
            whenever(
              'answer',
              asked,
              async (event, { handle }) => {
                const number = await run(event.id);
                await handle(question, event.stream.slice(9), answer(number));
              },
              options,
            ),
          ],
        }
      : {
          effects: [
            effect({
              name: 'answer',
              on: asked,
              perform: (event) => run(event.id),
              record: (event, number, { handle }) =>
                handle(question, event.stream.slice(9), answer(number)),
              ...options,
            }),
          ],
        };
  const asking = boundedContext('asking', { aggregates: [question], ...parts });
  const app = await start(t, [asking], { store });
  return {
    app,
    store,
    log: store.log('asking') as { -readonly [Name in keyof Log]: Log[Name] },
    runs: () => runs,
    most: () => most,
    row: async (key: string) => (await store.log('asking').waiting({ key, limit: 1 })).at(0),
    ask: (id: string, number: number) =>
      app.handle(question, id, { type: 'Ask', data: { number } }),
    answered: async (id: string): Promise<readonly number[]> =>
      (await store.log('asking').readStream(`question/${id}`, { limit: 100 }))
        .filter(({ type }) => type === 'Answered')
        .map(({ data }) => (JSON.parse(data) as { run: number }).run),
  };
}
