import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { testBackbone } from '../conformance/backbone.ts';
import { systemClock } from '../host/clock.ts';
import type { PublishedLog, Store } from '../log/store.ts';
import { type Backbone, type Inlet, LogRestoredError } from './backbone.ts';
import {
  OrderPlaced,
  OrderShipped,
  ends,
  incomingIds,
  message,
  outgoing,
  until,
  waitingAtBorder,
} from './fixtures/ends.ts';
import { embedded, LogToLog } from './log-to-log.ts';

testBackbone('embedded, over logs in memory', {
  open: async () => ({
    backbone: embedded(),
    another: embedded,
    store: memory(),
    close: async () => {},
  }),
});

/** The published half of a log, seen otherwise; counts what it is asked. */
function seenAs(store: Store, change: (view: PublishedLog) => Partial<PublishedLog>) {
  const asked: string[] = [];
  const noting = <T>(what: string, answer: Promise<T>): Promise<T> => {
    asked.push(what);
    return answer;
  };
  const seen: Store = {
    name: store.name,
    open: (context) => store.open(context),
    reader: (context) => store.reader(context),
    leaveRequests: (context, requests) => store.leaveRequests(context, requests),
    async published(context) {
      const view = await store.published(context);
      const changed = { ...view, ...change(view) };
      return {
        ...changed,
        epoch: () => noting('epoch', changed.epoch()),
        head: () => noting('head', changed.head()),
        read: (query) => noting(`read after ${query.after}`, changed.read(query)),
      };
    },
  };
  return { seen, asked };
}

const unchanged = (): Partial<PublishedLog> => ({});

function threeInlets(backbone: Backbone): Promise<readonly Inlet[]> {
  return Promise.all(
    ['billing', 'inventory', 'fulfilment'].map((consumer) =>
      backbone.inlet({
        consumer,
        source: 'ordering',
        contracts: ['ordering.OrderPlaced'],
        marks: [],
      }),
    ),
  );
}

test('an idle log costs nothing, and a commit of the publisher one read for all consumers', async () => {
  const { seen, asked } = seenAs(memory(), unchanged);
  const publisher = await seen.open('ordering');
  const backbone = embedded();
  await backbone.start({ clock: systemClock(), published: (context) => seen.published(context) });
  const inlets = await threeInlets(backbone);
  const stopping = new AbortController();
  const seenByAll = inlets.map(async (inlet) => {
    const received: string[] = [];
    while (!stopping.signal.aborted) {
      const delivery = await inlet.receive({ limit: 10, signal: stopping.signal });
      received.push(...delivery.messages.map(({ id }) => id));
      await delivery.acknowledge();
    }
    return received;
  });
  const areDrained = async () =>
    (await Promise.all(inlets.map((inlet) => inlet.isDrained()))).every((drained) => drained);
  await until('drained', areDrained);
  asked.length = 0;

  for (let question = 0; question < 100; question += 1) assert.equal(await areDrained(), true);
  const askedWhenIdle = [...asked];
  const sent = message();
  await publisher.commit([{ records: [outgoing(sent)] }]);
  await until('drained', areDrained);
  const reads = asked.filter((what) => what.startsWith('read'));
  stopping.abort();

  assert.deepEqual(await Promise.all(seenByAll), [[sent.id], [sent.id], [sent.id]]);
  assert.deepEqual(askedWhenIdle, []);
  assert.deepEqual(reads, ['read after 0']);
  await backbone.close();
});

test('of several who look again at one moment each learns that there is nothing', async () => {
  const store = memory();
  const { epoch } = await store.open('ordering');
  const backbone = embedded();
  await backbone.start({ clock: systemClock(), published: (context) => store.published(context) });
  const inlets = await threeInlets(backbone);

  const answers = await Promise.all(inlets.map((inlet) => inlet.lookAgain(epoch)));

  assert.deepEqual(answers, [true, true, true]);
  await backbone.close();
});

test('who looks again is not told that there is nothing behind a page of what is for others', async () => {
  const store = memory();
  const publisher = await store.open('ordering');
  const backbone = embedded();
  await backbone.start({ clock: systemClock(), published: (context) => store.published(context) });
  const listensTo = (consumer: string, contract: string): Promise<Inlet> =>
    backbone.inlet({ consumer, source: 'ordering', contracts: [contract], marks: [] });
  await listensTo('fulfilment', OrderShipped.name);
  const inlet = await listensTo('billing', OrderPlaced.name);
  const forOthers = Array.from({ length: 600 }, () => message({ type: OrderShipped.name }));
  await publisher.commit([{ records: [...forOthers, message()].map((each) => outgoing(each)) }]);

  const isAllRead = await inlet.lookAgain(publisher.epoch);

  assert.equal(isAllRead, false);
  await backbone.close();
});

test('after a look in passing that failed, whoever reads looks by itself', async () => {
  const store = memory();
  const { epoch } = await store.open('ordering');
  let isFailing = false;
  const { seen } = seenAs(store, (view) => ({
    read: async (query) => {
      if (!isFailing) return view.read(query);
      isFailing = false;
      throw new Error('no answer');
    },
  }));
  const backbone = embedded();
  await backbone.start({ clock: systemClock(), published: (context) => seen.published(context) });
  const [inlet] = await threeInlets(backbone);
  assert.ok(inlet);
  const { signal } = new AbortController();
  const reading = (async () => {
    for (;;) await (await inlet.receive({ limit: 10, signal })).acknowledge();
  })();
  reading.catch(() => undefined);
  await until('drained', () => inlet.isDrained());

  isFailing = true;
  await assert.rejects(inlet.lookAgain(epoch), { code: 'backbone-unavailable' });
  await until('drained again', () => inlet.isDrained());
  await backbone.close();
});

test('what another consumer here has read past is passed, though nothing of it was for this one', async () => {
  const store = memory();
  const publisher = await store.open('ordering');
  const { epoch } = publisher;
  const backbone = embedded();
  await backbone.start({ clock: systemClock(), published: (context) => store.published(context) });
  const [ofPlaced, ofShipped] = await Promise.all(
    [OrderPlaced, OrderShipped].map(({ name }) =>
      backbone.inlet({ consumer: name, source: 'ordering', contracts: [name], marks: [] }),
    ),
  );
  const take = async (inlet: Inlet | undefined): Promise<void> => {
    const { signal } = new AbortController();
    await (await inlet?.receive({ limit: 10, signal }))?.acknowledge();
  };
  await publisher.commit([{ records: [outgoing(message({ type: OrderShipped.name }))] }]);
  await take(ofShipped);
  await publisher.commit([{ records: [outgoing(message())] }]);
  const before = ofShipped?.hasPassed?.({ epoch, position: 2 });

  await take(ofPlaced);
  await until('drained', async () => (await ofShipped?.isDrained()) === true);

  assert.equal(before, false);
  assert.equal(ofShipped?.hasPassed?.({ epoch, position: 2 }), true);
  assert.equal(ofShipped?.hasPassed?.({ epoch, position: 3 }), false);
  assert.equal(ofShipped?.hasPassed?.({ epoch: 'another', position: 2 }), false);
  await backbone.close();
});

test('a commit makes it not drained before anybody who awaited it goes on', async () => {
  const store = memory();
  const publisher = await store.open('ordering');
  const { settledIntake } = await ends(embedded(), { store });
  const intake = await settledIntake();

  await publisher.commit([{ records: [outgoing(message())] }]);
  const isIdle = await intake.isIdle();
  await until('idle', () => intake.isIdle());
  await intake.stop();

  assert.equal(isIdle, false);
});

test('the mark is the position of a record that was read, with the epoch of its log', async () => {
  const store = memory({ epoch: (context) => `epoch of ${context}` });
  const publisher = await store.open('ordering');
  const { log, settledIntake } = await ends(embedded(), { store });
  await publisher.commit([{ records: [outgoing(message()), outgoing(message())] }]);
  await publisher.commit([{ records: [{ ...outgoing(message()), direction: 'domain' }] }]);

  const intake = await settledIntake();
  await intake.stop();

  const contract = 'ordering.OrderPlaced';
  const mark = { source: 'ordering', contract, epoch: 'epoch of ordering', position: 2 };
  assert.equal(intake.position, 2);
  assert.deepEqual(await log.marks(), [mark]);
});

test('a consumer that was far behind comes to the end, in order', async () => {
  const store = memory();
  const publisher = await store.open('ordering');
  const sent = Array.from({ length: 5_000 }, () => message());
  const { log, settledIntake } = await ends(embedded(), { store });
  for (let from = 0; from < 5_000; from += 1_000)
    await publisher.commit([
      { records: sent.slice(from, from + 1_000).map((one) => outgoing(one)) },
    ]);

  const intake = await settledIntake();
  await intake.stop();

  assert.deepEqual(
    await incomingIds(log),
    sent.map(({ id }) => id),
  );
});

test('what comes is delivered in order where less of it may be kept than one message is large', async () => {
  const store = memory();
  const publisher = await store.open('ordering');
  const backbone = new LogToLog('one of several', () => 10);
  await backbone.start({ clock: systemClock(), published: (context) => store.published(context) });
  const [inlet] = await threeInlets(backbone);
  assert.ok(inlet);
  const sent = Array.from({ length: 20 }, () => message());
  await publisher.commit([{ records: sent.map((each) => outgoing(each)) }]);

  const received: string[] = [];
  while (received.length < sent.length) {
    const delivery = await inlet.receive({ limit: 3, signal: new AbortController().signal });
    received.push(...delivery.messages.map(({ id }) => id));
    await delivery.acknowledge();
  }
  const waiting = new AbortController();
  void inlet.receive({ limit: 3, signal: waiting.signal });

  assert.deepEqual(
    received,
    sent.map(({ id }) => id),
  );
  await until('drained', () => inlet.isDrained());
  waiting.abort();
  await backbone.close();
});

test('a publisher that ends before what was taken from it was restored: nothing is taken', async () => {
  const store = memory();
  const publisher = await store.open('ordering');
  await publisher.commit([{ records: [outgoing(message()), outgoing(message())] }]);
  const { log, settledIntake } = await ends(embedded(), { store });
  const before = await settledIntake();
  await before.stop();

  const { seen } = seenAs(store, () => ({ head: async () => 1 }));
  const restored = embedded();
  await restored.start({ clock: systemClock(), published: (context) => seen.published(context) });
  const opening = restored.inlet({
    consumer: 'billing',
    source: 'ordering',
    contracts: ['ordering.OrderPlaced'],
    marks: await log.marks(),
  });

  await assert.rejects(opening, {
    name: LogRestoredError.name,
    code: 'log-restored',
    message: /ends at position 1, 2 was already taken/,
  });
});

test('a restored publisher is reported by the intake, and nothing else stops', async () => {
  const store = memory();
  const publisher = await store.open('ordering');
  await publisher.commit([{ records: [outgoing(message())] }]);
  const scene = await ends(embedded(), { store });
  const before = await scene.settledIntake();
  await before.stop();
  const { seen } = seenAs(store, () => ({ epoch: async () => 'another' }));
  const restored = embedded();
  await restored.start({ clock: systemClock(), published: (context) => seen.published(context) });

  const intake = scene.intake({ backbone: restored });
  await intake.start();
  await until('a problem', () => intake.problem !== undefined);
  await intake.stop();

  assert.equal((intake.problem as Error).name, LogRestoredError.name);
  assert.equal((await incomingIds(scene.log)).length, 1);
});

test('a log that got a new epoch on purpose is read on from where it parts from the old', async () => {
  const store = memory();
  const publisher = await store.open('ordering');
  const [kept, lost, anew] = [message(), message(), message()];
  await publisher.commit([{ records: [outgoing(kept), outgoing(lost)] }]);
  const scene = await ends(embedded(), { store });
  const before = await scene.settledIntake();
  await before.stop();
  const [mark] = await scene.log.marks();

  // The backup held the first message only; after it the publisher published another second one.
  const after = memory({ epoch: () => 'another' });
  const again = await after.open('ordering');
  await again.commit([{ records: [outgoing(kept), outgoing(anew)] }]);
  const { seen } = seenAs(after, () => ({
    predecessors: async () => [{ epoch: mark?.epoch ?? '', upTo: 1 }],
  }));
  const restored = embedded();
  await restored.start({ clock: systemClock(), published: (context) => seen.published(context) });
  const intake = await scene.settledIntake({ backbone: restored });
  await intake.stop();

  assert.deepEqual(await incomingIds(scene.log), [kept.id, lost.id, anew.id]);
  const [anewMark] = await scene.log.marks();
  assert.deepEqual([anewMark?.epoch, anewMark?.position], ['another', 2]);
  assert.deepEqual(await waitingAtBorder(scene.log), []);
});

test('a contract listened to later is caught up from its beginning, and nothing comes twice', async () => {
  const { scene, publish } = await shipping();
  const [ship1, place1, ship2] = await publish('ship', 'place', 'ship');
  await (await scene.settledIntake({ contracts: [OrderPlaced] })).stop();
  const before = await incomingIds(scene.log);

  const intake = await scene.settledIntake({ contracts: [OrderPlaced, OrderShipped] });
  const [place2, ship3] = await publish('place', 'ship');
  await until('idle', () => intake.isIdle());
  await intake.stop();

  assert.deepEqual(before, [place1]);
  assert.deepEqual(await incomingIds(scene.log), [place1, ship1, ship2, place2, ship3]);
  assert.equal(intake.position, 5);
});

test('what waits to be caught up keeps back what came after it, over many deliveries', async () => {
  const { scene, publish } = await shipping();
  const ships = await publish(...Array.from({ length: 1_000 }, () => 'ship' as const));
  const [place1] = await publish('place');
  await (await scene.settledIntake({ contracts: [OrderPlaced] })).stop();
  const after = await publish('ship', 'place');

  const both = [OrderPlaced, OrderShipped];
  const interrupted = scene.intake({ contracts: both });
  await interrupted.start();
  await until('a part of it', async () => (await incomingIds(scene.log)).length > 1);
  await interrupted.stop();
  await (await scene.settledIntake({ contracts: both })).stop();

  assert.deepEqual(await incomingIds(scene.log), [place1, ...ships, ...after]);
});

test('a contract that is not listened to for a while goes on where it was', async () => {
  const { scene, publish } = await shipping();
  const both = [OrderPlaced, OrderShipped];
  const first = await publish('ship', 'place');
  await (await scene.settledIntake({ contracts: both })).stop();
  const [ship2, place2] = await publish('ship', 'place');
  await (await scene.settledIntake({ contracts: [OrderPlaced] })).stop();

  await (await scene.settledIntake({ contracts: both })).stop();

  assert.deepEqual(await incomingIds(scene.log), [...first, place2, ship2]);
  assert.deepEqual(
    scene.lines.map(({ event }) => event).filter((event) => event !== 'taken-in'),
    ['listening'],
  );
});

/** A publisher of two contracts, and who may listen to them. */
async function shipping() {
  const store = memory();
  const publisher = await store.open('ordering');
  const scene = await ends(embedded(), { store });
  const publish = async (...kinds: readonly ('place' | 'ship')[]): Promise<readonly string[]> => {
    const sent = kinds.map((kind) =>
      message({ type: (kind === 'place' ? OrderPlaced : OrderShipped).name }),
    );
    await publisher.commit([{ records: sent.map(outgoing) }]);
    return sent.map(({ id }) => id);
  };
  return { scene, publish };
}
