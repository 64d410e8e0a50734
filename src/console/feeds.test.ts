import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { memory } from '../adapters/memory/memory-store.ts';
import { committed, fact } from '../conformance/log/samples.ts';
import type { Clock } from '../host/clock.ts';
import { manualClock } from '../host/fixtures/manual-clock.ts';
import { order, place, see } from '../inspection/fixtures/two-contexts.ts';
import type { LogReader } from '../log/log.ts';
import type { Store } from '../log/store.ts';
import type { Pulse, Tail, TypeRate } from './api.ts';
import { consoleFor } from './console.ts';
import { HERE, eventsOf, failureOf, watched } from './fixtures/watched.ts';
import type { SentEvent } from './event-stream.ts';
import { SAMPLE_MAX } from './type-rates.ts';
import { BEHIND_MAX, SENT_MAX } from './tail.ts';

test('the pulse says how everything is, and how fast each type is appended', async () => {
  const { app, get, close } = await watched();
  try {
    const events = eventsOf(await get('api/pulse'));
    const first = await pulse(events);
    for (let count = 1; count <= 5; count += 1)
      await app.handle(order, `${count}`, place(`${count}`));
    await app.settled();
    // The look may fall in the middle of it.
    const rates: TypeRate[] = [];
    while (!rates.some(({ direction }) => direction === 'incoming'))
      rates.push(...(await pulseWith(events, (each) => each.rates.length > 0)).rates);

    assert.deepEqual(first.rates, []);
    assert.ok(first.lag.readers.some(({ name }) => name === 'ask for payment'));
    const placed = rates.find(({ type }) => type === 'OrderPlaced');
    assert.equal(placed?.aggregate, 'order');
    assert.ok(placed.perSecond > 0);
    assert.deepEqual(
      rates.filter(({ isEstimate }) => isEstimate),
      [],
    );
  } finally {
    await close();
  }
});

test('of a great many records the rates are reckoned from the last of them', async () => {
  const { app, get, close } = await watched();
  try {
    const events = eventsOf(await get('api/pulse'));
    await pulse(events);
    const seen = SAMPLE_MAX * 2;
    await Promise.all(
      Array.from({ length: seen }, (_, count) => app.handle(order, `${count}`, see(`${count}`))),
    );
    const { rates } = await pulseWith(events, (each) => each.rates.length > 0);

    const all = rates.reduce((sum, { perSecond }) => sum + perSecond, 0);
    assert.ok(rates.every(({ isEstimate }) => isEstimate));
    assert.ok(all > 0);
  } finally {
    await close();
  }
});

test('all who watch share one look, and nobody looks when nobody watches', async () => {
  const { contexts } = await started();
  const looks = { count: 0 };
  const console = consoleFor({ contexts, store: counting(memory(), looks) });
  const open = () => console(new Request('http://localhost/console/api/pulse'), HERE);
  const [one, two] = [await open(), await open()];
  const both = [eventsOf(one), eventsOf(two)] as const;
  await Promise.all(both.map((events) => events.next()));
  const shared = looks.count;

  await Promise.all(both.map((events) => events.return(undefined)));
  await new Promise((resolve) => setTimeout(resolve, 50));
  const after = looks.count;
  await new Promise((resolve) => setTimeout(resolve, 1_300));

  assert.equal(shared, 1);
  assert.equal(looks.count, after);
  console.close();
});

test('a store that cannot be reached is told as trouble, and the pulse comes back with it', async () => {
  const { contexts } = await started();
  const store = memory();
  let isAway = true;
  const away: Store = {
    ...store,
    reader: (context) => {
      if (isAway) throw new TypeError('The server is away.');
      return store.reader(context);
    },
  };
  const console = consoleFor({ contexts, store: away });
  const answer = await console(new Request('http://localhost/console/api/pulse'), HERE);
  const events = eventsOf(answer);

  const trouble = await events.next();
  isAway = false;
  const back = await pulse(events);

  assert.deepEqual(trouble.value, { event: 'trouble', data: { message: 'The server is away.' } });
  assert.equal(back.lag.contexts.length, 2);
  console.close();
});

test('of a log that cannot be read the pulse says why, beside the others, and tells of it once it can be', async () => {
  const { contexts } = await started();
  const clock = manualClock();
  const store = memory();
  let isBroken = true;
  const partly: Store = {
    ...store,
    reader: (context) => {
      if (isBroken && context === 'billing') throw new TypeError('The file is no log.');
      return store.reader(context);
    },
  };
  const console = consoleFor({ contexts, store: partly }, { host: { clock } });
  const events = eventsOf(await console(new Request('http://localhost/console/api/pulse'), HERE));
  const seen = await console(new Request('http://localhost/console/api/seen'), HERE);

  const { lag } = await pulse(events);
  isBroken = false;
  const mended = pulseWith(events, (each) => each.lag.contexts.length === 2);
  for (let second = 0; second < 10; second += 1) await clock.advance(1_000);

  assert.deepEqual(
    lag.contexts.map(({ context }) => context),
    ['ordering'],
  );
  assert.deepEqual(lag.unreadable, [{ context: 'billing', why: 'The file is no log.' }]);
  assert.equal(seen.status, 200);
  assert.deepEqual((await mended).lag.unreadable, []);
  console.close();
});

test('the tail sends what is appended as it comes, and only what is chosen', async () => {
  const { app, get, close } = await watched();
  try {
    const events = eventsOf(await get('api/tail?types=OrderPlaced&context=ordering'));
    const begun = { records: [], leftOut: 0, isAtMost: false };
    assert.deepEqual((await events.next()).value?.data, begun);
    await app.handle(order, '1', place('1'));
    await app.handle(order, '1', see('1'));
    await app.handle(order, '2', place('2'));

    const keys: string[] = [];
    while (keys.length < 2) {
      const { records } = await tailOf(events);
      keys.push(...records.map(({ type, key }) => `${type} ${key}`));
    }
    assert.deepEqual(keys, ['OrderPlaced 1', 'OrderPlaced 2']);
  } finally {
    await close();
  }
});

test('of more than anybody reads the tail sends the last ones, and how many it left out', async () => {
  const { app, get, close } = await watched();
  try {
    const events = eventsOf(await get('api/tail?context=ordering'));
    await events.next();
    const all = 5 * SENT_MAX;
    await Promise.all(
      Array.from({ length: all }, (_, count) => app.handle(order, `${count}`, see(`${count}`))),
    );

    let told = 0;
    let leftOut = 0;
    while (told + leftOut < all) {
      const tail = await tailOf(events);
      assert.ok(tail.records.length <= SENT_MAX);
      told += tail.records.length;
      leftOut += tail.leftOut;
    }
    assert.equal(told + leftOut, all);
    assert.ok(leftOut > 0);
  } finally {
    await close();
  }
});

test('of a busy log all that is chosen by its key comes, and nothing else is counted', async () => {
  const { app, get, close } = await watched();
  try {
    const events = eventsOf(await get('api/tail?context=ordering&directions=domain&key=mine'));
    await events.next();
    const all = Array.from({ length: 1_500 }, (_, count) => `${count}`);
    const mine = 20;
    await Promise.all(
      all.flatMap((id, count) => [
        app.handle(order, id, see(id)),
        ...(count % (all.length / mine) === 0 ? [app.handle(order, 'mine', see('mine'))] : []),
      ]),
    );

    let told = 0;
    while (told < mine) {
      const { records, leftOut } = await tailOf(events);
      assert.ok(records.every(({ key }) => key === 'mine'));
      assert.equal(leftOut, 0);
      told += records.length;
    }
    assert.equal(told, mine);
  } finally {
    await close();
  }
});

test('who comes back goes on where an event has said, by either way of asking', async () => {
  const { app, contexts, store, close } = await watched();
  const console = consoleFor({ contexts, store });
  const ask = (query: string, headers = {}) =>
    console(new Request(`http://localhost/console/api/tail?${query}`, { headers }), HERE);
  try {
    const first = eventsOf(await ask('context=ordering'));
    const { id } = (await first.next()).value ?? {};
    await first.return(undefined);
    assert.match(id ?? '', /^ordering:\d+$/);
    await app.handle(order, '1', see('1'));

    for (const answer of [
      await ask(`context=ordering&after=${id}`),
      await ask('context=ordering', { 'last-event-id': id }),
    ]) {
      const events = eventsOf(answer);
      await events.next();
      const { records } = await tailOf(events);
      assert.deepEqual(
        records.map(({ key }) => key),
        ['1'],
      );
      await events.return(undefined);
    }
  } finally {
    console.close();
    await close();
  }
});

test('who comes back to a release with one more context hears of it from then on', async () => {
  const { app, contexts, store, close } = await watched();
  const console = consoleFor({ contexts, store });
  try {
    const url = 'http://localhost/console/api/tail?after=ordering:0';
    const events = eventsOf(await console(new Request(url), HERE));
    await events.next();
    await app.handle(order, '1', place('1'));

    const contextsHeard = new Set<string>();
    while (contextsHeard.size < 2)
      for (const { context } of (await tailOf(events)).records) contextsHeard.add(context);
    assert.deepEqual([...contextsHeard].toSorted(), ['billing', 'ordering']);
  } finally {
    console.close();
    await close();
  }
});

test('of large records each comes, though few are read at a time', async () => {
  const { contexts } = await started();
  const store = memory();
  const log = await store.open('ordering');
  const console = consoleFor({ contexts, store });
  const url = 'http://localhost/console/api/tail?context=ordering&after=ordering:0';
  const data = JSON.stringify({ orderId: 'x'.repeat(600_000) });
  const keys = ['k1', 'k2', 'k3'];
  await committed(log, {
    records: keys.map((key) => fact(`order/${key}`, 1, { type: 'OrderSeen', key, data })),
  });
  const events = eventsOf(await console(new Request(url), HERE));
  await events.next();

  const told: string[] = [];
  while (told.length < keys.length) {
    const { records, leftOut } = await tailOf(events);
    assert.equal(leftOut, 0);
    told.push(...records.map(({ key }) => key));
  }
  assert.deepEqual(told, keys);
  console.close();
});

test('who comes back much later is told of the last ones, and of how many they may have missed', async () => {
  const { contexts } = await started();
  const store = memory();
  const log = await store.open('ordering');
  for (let count = 0; count <= BEHIND_MAX; count += 10_000)
    await committed(log, {
      records: Array.from({ length: 10_000 }, (_, index) =>
        fact(`order/${count + index}`, 1, {
          type: 'OrderSeen',
          key: index === 9_999 ? 'mine' : 'x',
        }),
      ),
    });
  const console = consoleFor({ contexts, store });
  const url = 'http://localhost/console/api/tail?context=ordering&key=mine&after=ordering:0';
  const events = eventsOf(await console(new Request(url), HERE));
  await events.next();

  const first = await tailOf(events);

  assert.deepEqual([first.isAtMost, first.leftOut], [true, 10_000]);
  assert.deepEqual(
    first.records.map(({ key }) => key),
    [],
  );
  console.close();
});

test('who reads slowly makes nothing pile up: no look is taken that nobody asks for', async () => {
  const { contexts } = await started();
  const clock = manualClock();
  const console = consoleFor({ contexts, store: memory() }, { host: { clock } });
  const answer = await console(new Request('http://localhost/console/api/pulse'), HERE);
  const reader = answer.body?.getReader();
  await reader?.read();

  // The page sleeps for a minute.
  await clock.advance(60_000);
  const next = new TextDecoder().decode((await reader?.read())?.value);

  const { at } = JSON.parse(next.split('data: ')[1] ?? '') as Pulse;
  assert.ok(Date.parse(at) >= clock.now() - 2_000, `${at} is long over`);
  console.close();
});

test('after a look that took long it rests 29 times as long, so that watching costs little', async () => {
  const { contexts } = await started();
  const clock = manualClock();
  let spentMs = 0;
  const rests: number[] = [];
  const watching: Clock = {
    ...clock,
    elapsedMs: () => clock.elapsedMs() + spentMs,
    sleep: (ms, signal) => (rests.push(ms), clock.sleep(ms, signal)),
  };
  const store = memory();
  const slow: Store = {
    ...store,
    reader: async (context) =>
      withMethod(await store.reader(context), 'waitingCounts', async (log) => {
        if (context === 'ordering') spentMs += 200;
        return log.waitingCounts();
      }),
  };
  const console = consoleFor({ contexts, store: slow }, { host: { clock: watching } });
  const events = eventsOf(await console(new Request('http://localhost/console/api/pulse'), HERE));

  const { tookMs } = await pulse(events);
  await setImmediate();

  assert.equal(tookMs, 200);
  assert.deepEqual(rests, [5_800]);
  console.close();
});

test('a tail of a context that there is not is answered as asked wrongly', async () => {
  const { get, close } = await watched();
  try {
    const answer = await get('api/tail?context=nope');

    assert.equal(answer.status, 400);
    assert.match((await failureOf(answer)).message, /Take one of: ordering, billing/);
  } finally {
    await close();
  }
});

test('a tail whose store fails says so and ends, and takes nobody with it', async () => {
  const { contexts } = await started();
  const store = memory();
  const away: Store = {
    ...store,
    reader: () => {
      throw new TypeError('The server is away.');
    },
  };
  const console = consoleFor({ contexts, store: away });
  const { signal, abort } = aborting();
  const request = new Request('http://localhost/console/api/tail', { signal });

  const told: SentEvent[] = [];
  for await (const event of eventsOf(await console(request, HERE))) told.push(event);
  // As a server says that the connection is over.
  abort();
  console.close();

  assert.deepEqual(told, [{ event: 'trouble', data: { message: 'The server is away.' } }]);
});

test('a log that can not be closed keeps no other one open, whoever looks', async () => {
  const { contexts } = await started();
  const store = memory();
  const open = new Set<string>();
  const stubborn: Store = {
    ...store,
    async reader(context) {
      const log = await store.reader(context);
      open.add(context);
      return withMethod(log, 'close', async () => {
        open.delete(context);
        await log.close();
        if (context === 'ordering') throw new TypeError('The server is away.');
      });
    },
  };
  const console = consoleFor({ contexts, store: stubborn });
  for (const name of ['lag', 'tail']) {
    const answer = await console(new Request(`http://localhost/console/api/${name}`), HERE);
    const reader = answer.body?.getReader();
    await reader?.read();
    await reader?.cancel();
  }
  await new Promise((resolve) => setTimeout(resolve, 50));

  assert.deepEqual([...open], []);
  console.close();
});

test('a feed of a page that is gone before it begins is over, and has opened nothing', async () => {
  const { contexts } = await started();
  const looks = { count: 0 };
  const console = consoleFor({ contexts, store: counting(memory(), looks) });
  const { signal, abort } = aborting();
  abort();

  for (const name of ['pulse', 'tail']) {
    const request = new Request(`http://localhost/console/api/${name}`, { signal });
    for await (const event of eventsOf(await console(request, HERE))) assert.fail(event.event);
  }

  assert.equal(looks.count, 0);
  console.close();
});

test('all feeds end when the console is closed', async () => {
  const { get, close } = await watched();
  const feeds = await Promise.all([get('api/pulse'), get('api/tail')]);
  const ends = feeds.map(async (feed) => {
    for await (const { event } of eventsOf(feed)) assert.ok(event.length > 0);
  });

  await close();

  await Promise.all(ends);
});

/** A log with one method in place of its own. */
function withMethod<Name extends 'close' | 'waitingCounts'>(
  log: LogReader,
  name: Name,
  method: (log: LogReader) => ReturnType<LogReader[Name]>,
): LogReader {
  const get = (_: LogReader, asked: keyof LogReader): unknown => {
    const value: unknown = asked === name ? () => method(log) : log[asked];
    return typeof value === 'function' ? value.bind(log) : value;
  };
  return new Proxy(log, { get: get as never });
}

function aborting() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

async function started() {
  const { contexts, close } = await watched();
  await close();
  return { contexts };
}

/** Counts how often all logs are opened. */
function counting(store: Store, looks: { count: number }): Store {
  return {
    ...store,
    reader: (context) => {
      if (context === 'ordering') looks.count += 1;
      return store.reader(context);
    },
  };
}

type Events = ReturnType<typeof eventsOf>;

async function tailOf(events: Events): Promise<Tail> {
  const { value } = await events.next();
  assert.equal(value?.event, 'tail');
  return value.data as Tail;
}

function pulse(events: Events): Promise<Pulse> {
  return pulseWith(events, () => true);
}

async function pulseWith(events: Events, isIt: (pulse: Pulse) => boolean): Promise<Pulse> {
  for (;;) {
    const { value } = await events.next();
    assert.ok(value, 'the feed has ended');
    if (value.event === 'pulse' && isIt(value.data as Pulse)) return value.data as Pulse;
  }
}
