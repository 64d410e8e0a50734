import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { z } from 'zod';
import { boundedContext } from '../context/bounded-context.ts';
import { contract } from '../contract/contract.ts';
import { aggregate } from '../aggregate/aggregate.ts';
import type { Clock } from '../host/clock.ts';
import { manualClock } from '../host/fixtures/manual-clock.ts';
import type { Log } from '../log/log.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import type { Fact } from '../message/fact.ts';
import { type ReactionOptions, whenever } from '../reaction/whenever.ts';
import { notYet, type Tools } from '../reaction/tools.ts';
import type { Recorded } from '../message/fact.ts';
import type { Application } from '../runtime/application.ts';
import { type OpenedStore, openedStore, start, until } from '../runtime/fixtures/start.ts';
import type { LogLine, Logger } from '../telemetry/logger.ts';
import { SettledParkedError } from '../runtime/settled.ts';
import { HandlerTimeoutError } from './failure.ts';
import { InsideHandlerError } from './in-handler.ts';

// A sender that publishes numbered messages under a key, and a receiver that notes what it did.
const Sent = contract('sending.Sent', {
  version: 1,
  schema: z.object({ key: z.string(), number: z.number() }),
  key: (data) => data.key,
});
type SentEvent = Recorded<Fact<'sending.Sent', { key: string; number: number }>>;
const sending = boundedContext('sending', { publishes: [Sent] });

type NoteCommand = Fact<'Note', { readonly number: number }>;
const notes = aggregate({
  name: 'notes',
  initial: { numbers: [] as readonly number[] },
  decide(command: NoteCommand) {
    if (command.data.number < 0) throw new Error('Negative numbers are not noted.');
    return [{ type: 'Noted' as const, data: command.data }];
  },
  evolve: (state, event: Fact<'Noted', { readonly number: number }>) => ({
    numbers: [...state.numbers, event.data.number],
  }),
});

test('what happened is reacted to once, with what caused it', async (t) => {
  const { app, send, noted, store } = await receiving(t);

  await send('a', 1);

  assert.deepEqual(await noted('a'), [1]);
  const [published] = await store.log('sending').read({ after: 0, limit: 1 });
  const [incoming, domain] = await store.log('receiving').read({ after: 0, limit: 10 });
  assert.equal(incoming?.id, published?.id);
  assert.equal(domain?.causationId, published?.id);
  assert.equal(domain?.correlationId, published?.correlationId);
  assert.equal(domain?.occurredAt, published?.occurredAt);
  await app.settled();
});

test('nothing is done twice over stops and starts', async (t) => {
  const store = openedStore();
  for (let round = 0; round < 5; round += 1) {
    const { app, send } = await receiving(t, { store });
    await send('a', round);
    await app.stop();
  }
  const { noted } = await receiving(t, { store });

  assert.deepEqual(await noted('a'), [0, 1, 2, 3, 4]);
});

test('nothing is lost or done twice when the logs end in the middle of work, again and again', async (t) => {
  const store = openedStore();
  let sent = 0;
  for (let round = 0; round < 20; round += 1) {
    const { app, publish } = await receiving(t, { store });
    const sendings = Array.from({ length: 10 }, () => publish(`k${sent % 3}`, (sent += 1)));
    await Promise.all(sendings);
    for (let turns = 0; turns < round; turns += 1)
      await new Promise((resolve) => setImmediate(resolve));
    store.crash('receiving');
    store.crash('sending');
    await app.stop().catch(() => undefined);
  }
  const { app, noted } = await receiving(t, { store });
  await app.settled();

  const all = [...(await noted('k0')), ...(await noted('k1')), ...(await noted('k2'))];
  assert.deepEqual(
    all.toSorted((a, b) => a - b),
    Array.from({ length: 200 }, (_, index) => index + 1),
  );
  for (const key of ['k0', 'k1', 'k2'])
    assert.deepEqual(await noted(key), sorted(await noted(key)));
});

test('within a key everything is handled in order, whatever takes how long', async (t) => {
  const { app, publish, noted } = await receiving(t, {
    async before(event) {
      if (event.data.number % 3 === 0) await sleep(event.data.number % 7);
      if (event.data.number % 5 === 0) await Promise.resolve();
    },
  });

  for (let number = 1; number <= 100; number += 1) await publish(`k${number % 4}`, number);
  await app.settled();

  for (let key = 0; key < 4; key += 1) {
    const numbers = await noted(`k${key}`);
    assert.equal(numbers.length, 25);
    assert.deepEqual(numbers, sorted(numbers));
  }
});

test('a key that fails holds back only itself, and goes on in order when it is redriven', async (t) => {
  let isBroken = true;
  const { app, publish, noted, store } = await receiving(t, {
    retry: { attemptsMax: 3, firstDelayMs: 1 },
    before(event) {
      if (isBroken && event.data.number === 2) throw new Error('broken');
    },
  });
  for (const number of [1, 2, 3, 4]) await publish('a', number);
  for (const number of [5, 6]) await publish('b', number);

  await assert.rejects(app.settled(), SettledParkedError);
  assert.deepEqual(await noted('a'), [1]);
  assert.deepEqual(await noted('b'), [5, 6]);
  const [parked, ...more] = await app.parked();
  assert.equal(more.length, 0);
  assert.equal(parked?.heldBehind, 2);
  assert.equal(parked?.attempts, 3);
  assert.equal(parked?.error?.message, 'broken');
  const kinds = (await store.log('receiving').waiting({ limit: 10 })).map(({ kind }) => kind);
  assert.deepEqual(kinds, ['parked', 'held', 'held']);
  isBroken = false;
  const redriven = await app.redrive({}, { who: 'ann', why: 'mended' });
  await app.settled();

  assert.deepEqual(
    [redriven.selected, redriven.done.length, redriven.parkedAgain.length],
    [1, 1, 0],
  );
  assert.deepEqual(await noted('a'), [1, 2, 3, 4]);
});

test('what was parked, and what it held, is still there after a restart, and in order', async (t) => {
  const store = openedStore();
  const broken = {
    store,
    retry: { attemptsMax: 1 },
    before(event: SentEvent) {
      if (event.data.number === 2) throw new Error('broken');
    },
  };
  const first = await receiving(t, broken);
  for (const number of [1, 2, 3]) await first.publish('a', number);
  await assert.rejects(first.app.settled(), SettledParkedError);
  await first.app.stop();

  const second = await receiving(t, { store });
  await second.send('a', 4);
  assert.deepEqual(await second.noted('a'), [1]);
  await second.app.redrive({}, { who: 'ann', why: 'mended' });
  await second.app.settled();

  assert.deepEqual(await second.noted('a'), [1, 2, 3, 4]);
});

test('one attempt means one attempt', async (t) => {
  let calls = 0;
  const { app, publish } = await receiving(t, {
    retry: { attemptsMax: 1 },
    before() {
      calls += 1;
      throw new Error('broken');
    },
  });

  await publish('a', 1);
  await assert.rejects(app.settled(), SettledParkedError);

  assert.equal(calls, 1);
});

test('what was thrown that is no Error is parked readable', async (t) => {
  for (const thrown of ['text', undefined, null, 42, { a: 1 }, Symbol('s'), 10n, circular()]) {
    const { app, publish } = await receiving(t, {
      retry: { attemptsMax: 1 },
      before() {
        // oxlint-disable-next-line only-throw-error -- that is what is tried
        throw thrown;
      },
    });

    await publish('a', 1);
    await assert.rejects(app.settled(), SettledParkedError);

    const [row] = await app.parked();
    assert.equal(row?.error?.name, 'NotAnError');
    assert.match(row?.error?.message ?? '', /^thrown: ./);
    await app.stop();
  }
});

test('a handler out of time is told by its signal, and fails with HandlerTimeoutError', async (t) => {
  let reason: unknown;
  const { app, publish, noted } = await receiving(t, {
    retry: { attemptsMax: 2, firstDelayMs: 1 },
    timeoutMs: 20,
    before: (event, { signal }) =>
      event.data.key === 'a'
        ? new Promise((_, reject) =>
            signal.addEventListener('abort', () => reject((reason = signal.reason as Error))),
          )
        : undefined,
  });

  await publish('a', 1);
  await publish('b', 2);
  await assert.rejects(app.settled(), SettledParkedError);

  assert.ok(reason instanceof HandlerTimeoutError);
  assert.equal((await app.parked())[0]?.error?.code, 'handler-timeout');
  assert.deepEqual(await noted('b'), [2]);
});

test('a handler that never settles is given up, and what it does later is refused', async (t) => {
  const late: unknown[] = [];
  const { app, publish, noted } = await receiving(t, {
    retry: { attemptsMax: 1 },
    timeoutMs: 20,
    async before(event, { handle }) {
      await sleep(60);
      await handle(notes, event.data.key, { type: 'Note', data: { number: 99 } }).catch(
        (error: unknown) => late.push(error),
      );
    },
  });

  await publish('a', 1);
  await assert.rejects(app.settled(), SettledParkedError);
  await until(() => late.length === 1);

  assert.equal((late[0] as { code: string }).code, 'handler-over');
  assert.deepEqual(await noted('a'), []);
});

test('slow handlers hold nobody else back', async (t) => {
  const gate = Promise.withResolvers<void>();
  const { app, publish, noted } = await receiving(t, {
    before: (event) => (event.data.key.startsWith('slow') ? gate.promise : undefined),
  });
  for (let each = 0; each < 10; each += 1) await publish(`slow${each}`, each);
  await publish('quick', 1);

  await until(async () => (await noted('quick')).length === 1);
  assert.deepEqual(await noted('slow0'), []);
  gate.resolve();
  await app.settled();

  for (let each = 0; each < 10; each += 1) assert.deepEqual(await noted(`slow${each}`), [each]);
});

test('records of one key that each wait for a moment are handled in one batch, without rows', async (t) => {
  const { app, publishAll, noted, store } = await receiving(t, {
    before: () => new Promise<void>((resolve) => setImmediate(resolve)),
  });
  const rows: WaitingRow[] = [];
  const log = store.log('receiving');
  const commit = log.commit.bind(log);
  log.commit = (writeSets) => {
    rows.push(...writeSets.flatMap(({ waiting = [] }) => waiting));
    return commit(writeSets);
  };

  await publishAll(Array.from({ length: 100 }, (_, index) => ['a', index]));
  await app.settled();

  assert.deepEqual(
    await noted('a'),
    Array.from({ length: 100 }, (_, index) => index),
  );
  assert.deepEqual(rows, []);
});

test('behind a slow handler its key waits, in order, and nobody else', async (t) => {
  const gate = Promise.withResolvers<void>();
  const { app, publishAll, noted } = await receiving(t, {
    before: ({ data: { number } }) => (number === 2 ? gate.promise : sleep(1)),
  });

  await publishAll(
    [1, 2, 3, 4].flatMap(
      (number) =>
        [
          ['a', number],
          ['b', 10 * number],
        ] as const,
    ),
  );

  await until(async () => (await noted('b')).length === 4);
  assert.deepEqual(await noted('a'), [1]);
  gate.resolve();
  await app.settled();
  assert.deepEqual(await noted('a'), [1, 2, 3, 4]);
  assert.deepEqual(await noted('b'), [10, 20, 30, 40]);
});

test('a slow handler runs once: it goes on where it was, beside its batch', async (t) => {
  let calls = 0;
  const { app, publish, noted } = await receiving(t, {
    async before() {
      calls += 1;
      await sleep(250);
    },
  });

  await publish('a', 1);
  await publish('a', 2);
  await app.settled();

  assert.equal(calls, 2);
  assert.deepEqual(await noted('a'), [1, 2]);
});

test('a bounded number of slow handlers runs at once, however much there is to do', async (t) => {
  const gate = Promise.withResolvers<void>();
  let running = 0;
  const { app, publishAll, noted } = await receiving(t, {
    async before() {
      running += 1;
      await gate.promise;
    },
  });
  await publishAll(Array.from({ length: 2_000 }, (_, index) => [`k${index}`, index]));

  await until(() => running >= 256);
  await sleep(500);
  assert.ok(running <= 1_000, `${running} at once`);
  gate.resolve();
  await app.settled();

  assert.deepEqual(await noted('k1999'), [1999]);
});

test('ten failures in a row over different keys pause it, and nothing is parked', async (t) => {
  let isDown = true;
  let calls = 0;
  const stalled: string[] = [];
  const { app, publishAll, noted } = await receiving(t, {
    retry: { attemptsMax: 2, firstDelayMs: 1 },
    onStalled: ({ subscription, why }) => stalled.push(`${subscription}: ${why}`),
    before() {
      calls += 1;
      if (isDown) throw new Error('down');
    },
  });
  await publishAll(Array.from({ length: 40 }, (_, index) => [`k${index}`, index]));

  await until(() => stalled.length === 1);
  const health = await app.health();
  assert.equal(health.status, 'red');
  assert.ok(calls < 30, `${calls} calls`);
  assert.deepEqual(await app.parked(), []);
  assert.deepEqual(stalled, ['note it: down']);
  isDown = false;
  await app.settled();

  for (let index = 0; index < 40; index += 1) assert.deepEqual(await noted(`k${index}`), [index]);
  assert.equal((await app.health()).status, 'green');
});

test('an outage of one key alone pauses instead of parking', async (t) => {
  let isDown = true;
  const { app, publish, noted } = await receiving(t, {
    retry: { attemptsMax: 2, firstDelayMs: 1 },
    before() {
      if (isDown) throw Object.assign(new Error('unreachable'), { retryable: true });
    },
  });
  await publish('a', 1);

  await until(async () => (await app.health()).status === 'red');
  assert.deepEqual(await app.parked(), []);
  isDown = false;
  await app.settled();

  assert.deepEqual(await noted('a'), [1]);
});

test('an error that says no retry helps is parked at once', async (t) => {
  let calls = 0;
  const { app, publish } = await receiving(t, {
    before() {
      calls += 1;
      throw Object.assign(new Error('never'), { retryable: false });
    },
  });

  await publish('a', 1);
  await assert.rejects(app.settled(), SettledParkedError);

  assert.equal(calls, 1);
});

test('"not yet" waits without counting as a failure, and goes on when something moved', async (t) => {
  const known = new Set<string>();
  const { app, publish, noted } = await receiving(t, {
    before(event) {
      if (event.data.key === 'address') known.add(String(event.data.number));
      else if (!known.has(event.data.key)) return notYet(`no address for ${event.data.key}`);
      return undefined;
    },
  });
  await publish('7', 1);
  await publish('7', 2);
  await publish('8', 3);
  await until(async () => (await app.health()).contexts[1]?.waiting['retry'] === 2);

  await publish('address', 7);
  await until(async () => (await noted('7')).length === 2);
  assert.deepEqual(await noted('8'), []);
  await publish('address', 8);
  await app.settled();

  assert.deepEqual(await noted('8'), [3]);
  assert.deepEqual(await app.parked(), []);
});

test('"not yet" is parked after its time, saying for what it waited', async (t) => {
  const { app, publish } = await receiving(t, {
    notYetMs: 50,
    before: (event) => notYet(`no address for ${event.data.key}`),
  });

  await publish('7', 1);
  await assert.rejects(app.settled(), /no address for 7/);

  assert.equal((await app.parked())[0]?.error?.code, 'not-yet');
});

test('"not yet" does nothing to the store while nothing moves but what waits', async (t) => {
  const { publishAll, store } = await receiving(t, { before: () => notYet('nothing ever') });
  let commits = 0;
  await publishAll(Array.from({ length: 50 }, (_, index) => [`k${index}`, index]));
  await until(async () => (await store.log('receiving').waiting({ limit: 100 })).length === 50);
  await sleep(1_000);
  const stop = store.log('receiving').onChange(() => (commits += 1));

  await sleep(500);
  stop();

  // Each of the fifty asks again about once a second by now, many of them in one commit.
  assert.ok(commits <= 100, `${commits} commits in half a second`);
});

for (const ifRefused of ['park', 'ignore', 'instead'] as const) {
  test(`a refusal is never retried: ${ifRefused}`, async (t) => {
    let calls = 0;
    const { app, publish, noted } = await receiving(t, {
      before: () => void (calls += 1),
      ifRefused:
        ifRefused === 'instead'
          ? (refusal, event, { handle }) => {
              assert.match(String(refusal), /Negative numbers/);
              return handle(notes, event.data.key, { type: 'Note', data: { number: 1_000 } });
            }
          : ifRefused,
    });

    await publish('a', -1);
    await publish('a', 2);

    if (ifRefused === 'park') {
      await assert.rejects(app.settled(), SettledParkedError);
      assert.equal(calls, 1);
      assert.deepEqual(await noted('a'), []);
      assert.equal((await app.parked())[0]?.error?.code, 'refused');
    } else {
      await app.settled();
      assert.equal(calls, 2);
      assert.deepEqual(await noted('a'), ifRefused === 'ignore' ? [2] : [1_000, 2]);
    }
  });
}

for (const where of ['decide', 'evolve'] as const) {
  test(`a mistake in ${where} is no refusal: it is tried again, then parked with its stack`, async (t) => {
    let calls = 0;
    let isBroken = true;
    const order = undefined as unknown as { readonly total: number };
    const broken = aggregate({
      name: 'broken',
      initial: { total: 0 },
      decide(_command: Fact<'Add', object>) {
        if (isBroken && where === 'decide') calls += order.total;
        return [{ type: 'Added' as const, data: {} }];
      },
      evolve(state, _event: Fact<'Added', object>) {
        if (isBroken && where === 'evolve') calls += order.total;
        return state;
      },
    });
    const add = whenever(
      'add',
      Sent,
      (event, { handle }) => {
        calls += 1;
        return handle(broken, event.data.key, { type: 'Add', data: {} });
      },
      { ifRefused: 'ignore', retry: { attemptsMax: 3, firstDelayMs: 1 } },
    );
    const receiver = boundedContext('receiving', { aggregates: [broken], reactions: [add] });
    const store = openedStore();
    const app = await start(t, [sending, receiver], { store });

    await app.transaction(sending, (tx) => tx.publish(Sent, { key: 'a', number: 1 }));
    await assert.rejects(app.settled(), SettledParkedError);

    assert.equal(calls, 3);
    const [row] = await app.parked();
    assert.equal(row?.error?.name, 'TypeError');
    assert.match(row?.error?.stack ?? '', /subscription\.test\.ts/);
    isBroken = false;
    await app.redrive({}, { who: 'ann', why: 'mended' });
    assert.equal(await store.log('receiving').streamVersion('broken/a'), 1);
  });
}

test('what a handler did before a refusal is dropped with it', async (t) => {
  const { app, publish, noted } = await receiving(t, {
    before: (_, { handle }) => handle(notes, 'other', { type: 'Note', data: { number: 5 } }),
    ifRefused: 'ignore',
  });

  await publish('a', -1);
  await app.settled();

  assert.deepEqual(await noted('other'), []);
});

test('a reaction and commands on the same stream at the same time: nothing is lost', async (t) => {
  const { app, publish, noted } = await receiving(t);

  const all: Promise<unknown>[] = [];
  for (let number = 1; number <= 100; number += 1) {
    all.push(publish('a', number));
    all.push(app.handle(notes, 'a', { type: 'Note', data: { number: 1_000 + number } }));
  }
  await Promise.all(all);
  await app.settled();

  const numbers = await noted('a');
  assert.equal(new Set(numbers).size, 200);
  assert.deepEqual(
    numbers.filter((number) => number <= 1_000),
    Array.from({ length: 100 }, (_, index) => index + 1),
  );
});

test('several aggregates handled by one reaction commit together, or none', async (t) => {
  let fails = 2;
  const { app, publish, noted } = await receiving(t, {
    retry: { firstDelayMs: 1 },
    async before(event, { handle }) {
      await handle(notes, 'x', { type: 'Note', data: { number: event.data.number } });
      await handle(notes, 'x', { type: 'Note', data: { number: event.data.number + 1 } });
      await handle(notes, 'y', { type: 'Note', data: { number: event.data.number } });
      if ((fails -= 1) >= 0) throw new Error('after all of it');
    },
  });

  await publish('a', 10);
  await app.settled();

  assert.deepEqual(await noted('x'), [10, 11]);
  assert.deepEqual(await noted('y'), [10]);
  assert.deepEqual(await noted('a'), [10]);
});

test('two commands at once on one stream in one handler follow each other', async (t) => {
  const { app, publish, noted } = await receiving(t, {
    before: (_, { handle }) =>
      Promise.all(
        [1, 2, 3].map((number) => handle(notes, 'x', { type: 'Note', data: { number } })),
      ),
  });

  await publish('a', 10);
  await app.settled();

  assert.deepEqual(await noted('x'), [1, 2, 3]);
});

test('calling the application from inside a handler names the tool to use instead', async (t) => {
  const errors: unknown[] = [];
  const call = (run: () => unknown) =>
    Promise.resolve()
      .then(run)
      .catch((error: unknown) => errors.push(error));
  const it: { app?: Application } = {};
  const { app, publish } = await receiving(t, {
    async before() {
      const inside = it.app as Application;
      await call(() => inside.handle(notes, 'a', { type: 'Note', data: { number: 1 } }));
      await call(() => inside.transaction(sending, () => undefined));
      await call(() => inside.settled());
      await call(() => inside.stop());
      await call(() => inside.redrive({}, { who: 'a', why: 'b' }));
    },
  });
  it.app = app;

  await publish('a', 1);
  await app.settled();

  assert.equal(errors.length, 5);
  for (const error of errors) assert.ok(error instanceof InsideHandlerError, String(error));
  assert.match(String(errors[0]), /"note it" called app\.handle.* Use "handle"/);
});

test('a handler keeps no command of somebody else from being handled', async (t) => {
  const gate = Promise.withResolvers<void>();
  const { app, publish } = await receiving(t, { before: () => gate.promise });
  await publish('a', 1);
  await sleep(5);

  const handled = await app.handle(notes, 'b', { type: 'Note', data: { number: 1 } });
  gate.resolve();

  assert.equal(handled.version, 1);
});

test('a key function that fails is asked again, and the record goes to its own key', async (t) => {
  let isBroken = true;
  const { app, publish, noted, store } = await receiving(t, {
    retry: { attemptsMax: 1 },
    by(event) {
      if (isBroken && event.data.number === 2) throw new Error('no key');
      return `own ${event.data.key}`;
    },
  });
  for (const number of [1, 2, 3]) await publish('a', number);
  await assert.rejects(app.settled(), SettledParkedError);
  isBroken = false;

  await app.redrive({}, { who: 'ann', why: 'mended' });
  await app.settled();

  assert.deepEqual(sorted(await noted('a')), [1, 2, 3]);
  assert.deepEqual(await store.log('receiving').waiting({ limit: 10 }), []);
});

test('a key function that fails for a while may answer with the key of the record itself', async (t) => {
  let isBroken = true;
  const { app, publish, noted, store } = await receiving(t, {
    retry: { attemptsMax: 1 },
    by(event) {
      if (isBroken && event.data.number === 2) throw new Error('no key');
      return event.data.key;
    },
  });
  for (const number of [1, 2, 3]) await publish('a', number);
  await assert.rejects(app.settled(), SettledParkedError);
  isBroken = false;

  await app.redrive({}, { who: 'ann', why: 'mended' });
  await app.settled();

  assert.deepEqual(await noted('a'), [1, 2, 3]);
  assert.deepEqual(await store.log('receiving').waiting({ limit: 10 }), []);
});

test('a command that nobody awaits is told: nothing is lost in silence', async (t) => {
  const forget = whenever('forget', Sent, (event, { handle }) => {
    void handle(notes, event.data.key, { type: 'Note', data: { number: 1 } });
  });
  const receiver = boundedContext('receiving', { aggregates: [notes], reactions: [forget] });
  const app = await start(t, [sending, receiver]);

  await app.transaction(sending, (tx) => tx.publish(Sent, { key: 'a', number: 1 }));
  await assert.rejects(app.settled(), /"forget" ended while a command it gave/);

  assert.equal((await app.parked())[0]?.error?.code, 'not-awaited');
});

test('what an aggregate of another context is asked for is refused, and parked', async (t) => {
  const stranger = aggregate({
    name: 'notes',
    initial: { numbers: [] as readonly number[] },
    decide: notes.decide,
    evolve: notes.evolve,
  });
  const { app, publish } = await receiving(t, {
    before: (_, { handle }) => handle(stranger, 'x', { type: 'Note', data: { number: 1 } }),
  });

  await publish('a', 1);
  await assert.rejects(app.settled(), SettledParkedError);

  assert.equal((await app.parked())[0]?.error?.code, 'foreign-aggregate');
});

test('a command that fails half way leaves nothing behind, also when the handler goes on', async (t) => {
  const { app, publish, noted } = await receiving(t, {
    async before(_, { handle }) {
      const command = { type: 'Note', data: { number: 1n as unknown as number } } as const;
      await handle(notes, 'a', command).catch(() => undefined);
    },
  });

  await publish('a', 1);
  await app.settled();

  assert.deepEqual(await noted('a'), [1]);
});

test('a hook that throws keeps nothing from being kept', async (t) => {
  const lines: LogLine[] = [];
  const { app, publishAll, store } = await receiving(t, {
    before() {
      throw Object.assign(new Error('never'), { retryable: false });
    },
    onParked() {
      throw new Error('the hook is broken');
    },
    logger: { log: (line) => lines.push(line) },
  });

  await publishAll([
    ['a', 1],
    ['b', 2],
    ['c', 3],
  ]);
  await assert.rejects(app.settled(), SettledParkedError);
  assert.equal(lines.filter(({ event }) => event === 'trouble').length, 3);
  await app.discard({}, { who: 'ann', why: 'no use' });

  assert.deepEqual(await store.log('receiving').waiting({ limit: 10 }), []);
});

test('whoever lost the range to somebody else stops, says so, and harms nothing', async (t) => {
  const stalled: string[] = [];
  const { publish, noted, store, app } = await receiving(t, {
    onStalled: ({ why }) => stalled.push(why),
  });
  await publish('a', 1);
  await app.settled();
  await store.log('receiving').claim({
    subscription: 'note it',
    firstSlot: 0,
    lastSlot: 255,
    owner: 'somebody else',
    fingerprint: 'default',
    position: 0,
  });

  await publish('a', 2);
  await until(() => stalled.length === 1);

  assert.match(stalled[0] ?? '', /taken over by another process/);
  assert.deepEqual(await noted('a'), [1]);
  const health = await app.health();
  const [subscription] = health.contexts[1]?.subscriptions ?? [];
  assert.match(subscription?.stalledWhy ?? '', /taken over/);
  assert.equal(health.status, 'red');
});

test('a row under way when the range is lost ends nothing but itself', async (t) => {
  const gate = Promise.withResolvers<void>();
  const stalled: string[] = [];
  const { publish, noted, store } = await receiving(t, {
    onStalled: ({ why }) => stalled.push(why),
    before: () => gate.promise,
  });
  await publish('a', 1);
  await until(async () => (await store.log('receiving').waiting({ limit: 1 })).length === 1);
  await store.log('receiving').claim({
    subscription: 'note it',
    firstSlot: 0,
    lastSlot: 255,
    owner: 'somebody else',
    fingerprint: 'default',
    position: 0,
  });

  gate.resolve();
  await until(() => stalled.length === 1);
  await sleep(50);

  assert.deepEqual(await noted('a'), []);
  assert.equal((await store.log('receiving').waiting({ limit: 1 })).length, 1);
});

test('a stop lets a handler finish, and what it did is kept', async (t) => {
  let calls = 0;
  const started = Promise.withResolvers<void>();
  const store = openedStore();
  const { app, publish } = await receiving(t, {
    store,
    async before() {
      calls += 1;
      started.resolve();
      await sleep(300);
    },
  });
  await publish('a', 1);
  await started.promise;

  await app.stop();

  const again = await receiving(t, { store, before: () => void (calls += 1) });
  await again.app.settled();
  assert.deepEqual(await again.noted('a'), [1]);
  assert.equal(calls, 1);
});

test('a stop aborts the signal of a handler that takes long, and hands its record back', async (t) => {
  const started = Promise.withResolvers<void>();
  const store = openedStore();
  const { app, publish } = await receiving(t, {
    store,
    before: (_, { signal }) =>
      new Promise((_resolve, reject) => {
        started.resolve();
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      }),
  });
  await publish('a', 1);
  await started.promise;
  const before = performance.now();

  await app.stop();

  assert.ok(performance.now() - before < 5_000);
  const again = await receiving(t, { store });
  await again.app.settled();
  assert.deepEqual(await again.noted('a'), [1]);
});

test('a stop does not wait for ever for a handler that hears nothing', async (t) => {
  const started = Promise.withResolvers<void>();
  const { app, publish } = await receiving(t, {
    before() {
      started.resolve();
      return new Promise(() => undefined);
    },
  });
  await publish('a', 1);
  await started.promise;
  const before = performance.now();

  await app.stop();

  assert.ok(performance.now() - before < 8_000);
});

test('once it is quiet the checkpoint follows over what was of no interest, in one commit', async (t) => {
  const clock = manualClock();
  const { publishAll, store, app } = await receiving(t, { clock });
  const log = store.log('receiving');
  const checkpoint = async () =>
    (await log.checkpoints()).find(({ subscription }) => subscription === 'note it')?.position;
  const all = Array.from({ length: 5 }, (_, index) => ['a', index] as const);
  await publishAll(all);
  await app.settled();
  const commits = countedCommits(log);

  assert.equal(await checkpoint(), 5);
  await clock.advance(999);
  assert.equal(commits.count, 0);
  await clock.advance(1_001);

  // Five were taken in; the five that were noted are nothing to it.
  assert.equal(await checkpoint(), await log.head());
  assert.equal(await log.head(), 10);
  await clock.advance(3_600_000);
  assert.equal(commits.count, 1);
  const [, receiver] = (await app.health()).contexts;
  assert.deepEqual(
    receiver?.subscriptions.map(({ lag }) => lag),
    [0],
  );
});

test('a quiet checkpoint that cannot be written is written when the store is back', async (t) => {
  const clock = manualClock();
  const { publish, noted, store, app } = await receiving(t, { clock });
  const log = store.log('receiving');
  await publish('a', 1);
  await app.settled();
  const commits = countedCommits(log, (nth) => nth <= 2);

  await clock.advance(10_000);

  assert.equal(commits.count, 3);
  const [own] = await log.checkpoints();
  assert.equal(own?.position, await log.head());
  await publish('a', 2);
  await app.settled();
  assert.deepEqual(await noted('a'), [1, 2]);
});

interface Options extends Partial<ReactionOptions<SentEvent>> {
  readonly store?: OpenedStore;
  readonly before?: (event: SentEvent, tools: Tools) => unknown;
  readonly onStalled?: (stalled: { subscription: string; why: string }) => void;
  readonly onParked?: () => void;
  readonly logger?: Logger;
  readonly clock?: Clock;
}

/** Two contexts; the second notes each number under its key, after `before` of the test. */
async function receiving(t: TestContext, options: Options = {}) {
  const {
    store = openedStore(),
    before,
    onStalled,
    onParked,
    logger,
    clock,
    ...reaction
  } = options;
  const noteIt = whenever(
    'note it',
    Sent,
    async (event, tools) => {
      const answer = await before?.(event, tools);
      if (answer !== undefined && typeof answer === 'object' && answer !== null && 'kind' in answer)
        return answer;
      const { key, number } = event.data;
      return tools.handle(notes, key, { type: 'Note', data: { number } });
    },
    { startFrom: 'beginning', ...reaction },
  );
  const receiver = boundedContext('receiving', { aggregates: [notes], reactions: [noteIt] });
  const app = await start(t, [sending, receiver], {
    store,
    ...(onStalled === undefined ? {} : { onStalled }),
    ...(onParked === undefined ? {} : { onParked }),
    ...(logger === undefined ? {} : { logger }),
    ...(clock === undefined ? {} : { host: { clock } }),
  });
  const publishAll = (all: readonly (readonly [string, number])[]) =>
    app.transaction(sending, (tx) => {
      for (const [key, number] of all) tx.publish(Sent, { key, number });
    });
  const publish = (key: string, number: number) => publishAll([[key, number]]);
  return {
    app,
    store,
    publishAll,
    publish,
    send: async (key: string, number: number) => {
      await publish(key, number);
      await app.settled();
    },
    noted: async (key: string): Promise<readonly number[]> => {
      const records = await store.log('receiving').readStream(`notes/${key}`, { limit: 10_000 });
      return records.map(({ data }) => (JSON.parse(data) as { number: number }).number);
    },
  };
}

/** Counts a log's commits from now on; those that `fails` names never reach it. */
function countedCommits(log: Log, fails: (nth: number) => boolean = () => false) {
  const counted = { count: 0 };
  const commit = log.commit.bind(log);
  log.commit = async (writeSets) => {
    counted.count += 1;
    if (fails(counted.count)) throw new Error('The store is away.');
    return commit(writeSets);
  };
  return counted;
}

function sorted(numbers: readonly number[]): readonly number[] {
  return numbers.toSorted((a, b) => a - b);
}

function circular(): object {
  const circle: { self?: object } = {};
  circle.self = circle;
  return circle;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
