/**
 * Runs the way from a publisher's log into a consumer's log, and fails each call of it in turn:
 * before it, after it (the process ends there), and so that only its answer is lost. After a
 * restart, whatever failed, each message was taken in once, in order, or waits at the border.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryBackbone } from '../adapters/memory/memory-backbone.ts';
import { type MemoryStore, memory } from '../adapters/memory/memory-store.ts';
import type { AnyContract } from '../contract/contract.ts';
import { systemHost } from '../host/host.ts';
import { Committer } from '../log/committer.ts';
import { PAYLOAD_CHARACTERS_MAX } from '../message/payload.ts';
import { type Fault, Faults, everyFault } from '../testing/faults.ts';
import { faultyLog, faultyStore } from '../testing/faulty-log.ts';
import type { Backbone, Envelope } from './backbone.ts';
import {
  OrderPlaced,
  OrderShipped,
  QUICKLY,
  incomingIds,
  message,
  outgoing,
} from './fixtures/ends.ts';
import { faultyBackbone } from './fixtures/faulty-backbone.ts';
import { seededRandomness } from '../host/randomness.ts';
import { relayOf, until, waitingAtBorder } from './fixtures/ends.ts';
import { Intake } from './intake.ts';
import { embedded } from './log-to-log.ts';

/** Some keys in order; one message that does not fit, with one behind it. */
function published(rounds = 1): Envelope[] {
  const good = Array.from({ length: rounds }, () => ['a', 'b', 'a', 'c', 'b', 'a']).flat();
  return [
    ...good.map((key) => message({ key })),
    message({ key: 'bad', data: '{}' }),
    message({ key: 'bad' }),
    message({ key: 'b' }),
  ];
}

interface World {
  readonly store: MemoryStore;
  readonly backbone: Backbone;
  readonly messages: readonly Envelope[];
  /** What the consumer listens to; OrderPlaced where it is not said. */
  readonly contracts?: readonly AnyContract[];
}

/** One life of the application; it ends when all is done, or at a crash. */
async function live(world: World, faults: Faults): Promise<void> {
  const host = systemHost();
  const { store, messages } = world;
  const publisher = await store.open('ordering');
  const consumer = await store.open('billing');
  const publishing = faultyLog(publisher, faults);
  const committer = new Committer(publishing, host.clock);
  const backbone = faultyBackbone(world.backbone, faults);
  const seen = faultyStore(store, faults);
  await backbone.start({ clock: host.clock, published: (context) => seen.published(context) });

  const log = faultyLog(consumer, faults);
  const intake = new Intake({
    context: 'billing',
    source: 'ordering',
    contracts: world.contracts ?? [OrderPlaced],
    backbone,
    log,
    committer: new Committer(log, host.clock),
    host,
    logger: { log: () => {} },
    retry: QUICKLY,
    charactersMax: PAYLOAD_CHARACTERS_MAX,
  });
  const outlet = await backbone.outlet('ordering');
  const relay = outlet && relayOf({ log: publishing, outlet, host, committer });

  const isDone = async (): Promise<boolean> =>
    faults.isCrashed || (((await relay?.isIdle()) ?? true) && (await intake.isIdle()));
  const isStarted = await startedUnlessFailing(intake, relay);
  if (isStarted) await until('all is done', isDone);
  // Three at a time, so that much is under way while calls fail.
  while (isStarted && !faults.isCrashed && (await publisher.head()) < messages.length) {
    const from = await publisher.head();
    const records = messages.slice(from, from + 3).map(outgoing);
    // One that failed is published again: it stands where it stood.
    await committer.commit({ records }).catch(() => {});
    await until('all is done', isDone);
  }
  await relay?.stop().catch(() => {});
  await intake.stop().catch(() => {});
  await backbone.close().catch(() => {});
  await publisher.close();
  await consumer.close();
}

/** A start whose log fails does not come to life; the application would be started again. */
async function startedUnlessFailing(...parts: (undefined | { start(): Promise<void> })[]) {
  try {
    for (const part of parts) await part?.start();
    return true;
  } catch {
    return false;
  }
}

async function assertAllTakenIn({ store, messages }: World): Promise<void> {
  const log = await store.open('billing');
  for (const key of ['a', 'b', 'c'])
    assert.deepEqual(
      await incomingIds(log, key),
      messages.filter((one) => one.key === key).map(({ id }) => id),
    );
  assert.equal(await log.head(), messages.length - 2);
  assert.deepEqual(await waitingAtBorder(log), ['parked bad contract-violation', 'held bad -']);
}

/** Fails each call in turn; prints how many there were, and how many of them were reached. */
async function sweep(
  name: string,
  world: () => World | Promise<World>,
  assertDone: (world: World) => Promise<void> = assertAllTakenIn,
): Promise<void> {
  const counting = new Faults();
  const first = await world();
  await live(first, counting);
  await assertDone(first);

  const all = everyFault(counting.counts);
  let struck = 0;
  for (const fault of all) struck += (await survives(await world(), fault, assertDone)) ? 1 : 0;
  console.log(`${name}: ${all.length} faults, ${struck} struck`);
  assert.ok(struck > 0.9 * all.length, 'most of the faults strike');
}

async function survives(
  world: World,
  fault: Fault,
  assertDone: (world: World) => Promise<void>,
): Promise<boolean> {
  const crash = (): void => {
    world.store.crash('billing');
    world.store.crash('ordering');
  };
  const faults = new Faults(fault, crash);
  try {
    await live(world, faults);
    await live(world, new Faults());
    await assertDone(world);
  } catch (error) {
    throw new Error(`after ${fault.kind} of call ${fault.nth} of ${fault.call}`, { cause: error });
  }
  return faults.isStruck;
}

test('log to log: whichever call fails, each message is taken in once', async () => {
  await sweep('log to log', () => ({
    store: memory(),
    backbone: embedded(),
    messages: published(),
  }));
});

test('a contract listened to later: whichever call fails, its past is taken in once, in order', async () => {
  const shipped = ['a', 'b', 'a'].map((key) => message({ key, type: OrderShipped.name }));
  const listener = async (contracts: readonly AnyContract[], backbone: Backbone) => {
    const messages = [...shipped.slice(0, 2), ...published(), ...shipped.slice(2)];
    const world = { store: memory(), backbone, messages, contracts };
    await live({ ...world, contracts: [OrderPlaced] }, new Faults());
    return world;
  };
  for (const backbone of [embedded, () => memoryBackbone({ redeliverAfterMs: 5 })]) {
    const worlds = () => listener([OrderPlaced, OrderShipped], backbone());
    const assertBoth = async ({ store }: World): Promise<void> => {
      const log = await store.open('billing');
      const taken = await log.read({ after: 0, limit: 100 });
      assert.deepEqual(
        taken.filter(({ type }) => type === OrderShipped.name).map(({ id }) => id),
        shipped.map(({ id }) => id),
      );
      assert.equal(taken.length, shipped.length + 7);
    };
    await sweep(`later, over ${backbone().name}`, worlds, assertBoth);
  }
});

test('over a broker: whichever call fails, each message is taken in once', async () => {
  await sweep('over a broker', () => ({
    store: memory(),
    backbone: memoryBackbone({ redeliverAfterMs: 5 }),
    messages: published(),
  }));
});

test('over a broker on a bad day, each message is taken in once, in order', async () => {
  for (let seed = 1; seed <= 10; seed += 1) {
    const world: World = {
      store: memory(),
      backbone: memoryBackbone({
        redeliverAfterMs: 3,
        randomness: seededRandomness(seed),
        faults: {
          duplicate: 0.3,
          delay: 0.2,
          delayMsMax: 3,
          reorder: 0.3,
          lose: 0.2,
          loseAcknowledgement: 0.3,
          refuse: 0.2,
          loseConfirmation: 0.3,
        },
      }),
      messages: published(8),
    };

    await live(world, new Faults());

    await assert.doesNotReject(assertAllTakenIn(world), `seed ${seed}`);
  }
});
