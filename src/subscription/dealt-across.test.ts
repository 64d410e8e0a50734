/** What is dealt anew where several own the slots of one subscription. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { memory } from '../adapters/memory/memory-store.ts';
import { StateCache } from '../aggregate/state-cache.ts';
import { KeyedLock } from '../context/keyed-lock.ts';
import { Unit, type Workplace } from '../context/unit.ts';
import { systemHost } from '../host/host.ts';
import { Committer } from '../log/committer.ts';
import type { Log } from '../log/log.ts';
import type { NewRecord } from '../log/record.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import type { Checkpoint } from '../log/write-set.ts';
import { KnownDocuments } from '../read-model/known-documents.ts';
import { dealtNotice } from '../runtime/dealt-notice.ts';
import { REQUESTS } from '../runtime/request.ts';
import { until } from '../runtime/fixtures/start.ts';
import { silent } from '../telemetry/logger.ts';
import { KEYS_UNKNOWN } from './keys-unknown.ts';
import { slotOf } from './slot.ts';
import { Subscription } from './subscription.ts';
import { TailReader } from './tail-reader.ts';

const NAME = 'react';
const LOW = keyIn(0, 127);
const HIGH = keyIn(128, 255);

test('what is dealt to a slot of another owner is handled by that one alone, whenever it began', async () => {
  for (const beginsFirst of ['who deals', 'who is dealt to']) {
    await using house = await House.of([record('r1', LOW)], [waiting('r1', LOW, { due: 300 })]);
    const [dealer, owner] = await house.twoOwners(() => HIGH);

    if (beginsFirst === 'who deals') await dealer.start();
    await owner.start();
    if (beginsFirst !== 'who deals') await dealer.start();
    await house.takeUp(owner);
    await until(async () => (await house.rows()).length === 0);
    await wait(300);

    assert.deepEqual(house.handled, [`owner r1 ${HIGH}`], `${beginsFirst} began first`);
  }
});

test('what was dealt is told in the commit that deals it, until it is taken up', async () => {
  await using house = await House.of([record('r1', LOW)], [waiting('r1', LOW, { kind: 'parked' })]);
  const [dealer, owner] = await house.twoOwners(() => HIGH);
  await owner.start();

  await dealer.start();
  const told = await house.notices();
  await house.takeUp(owner);

  assert.deepEqual(
    told.map(({ slot }) => slot),
    [slotOf(HIGH)],
  );
  assert.deepEqual(await house.notices(), []);
  await until(() => owner.subscription.room.first(HIGH)?.kind === 'parked');
  assert.equal(dealer.subscription.room.size, 0);
});

test('a key that is told later, and is of another owner, is handled by that one alone', async () => {
  let isTold = false;
  const by = (): string => {
    if (!isTold) throw new Error('no such product');
    return HIGH;
  };
  await using house = await House.of(
    [record('r1', LOW)],
    [waiting('r1', LOW, { due: 100, payload: KEYS_UNKNOWN })],
  );
  const [dealer, owner] = await house.twoOwners(by);
  await Promise.all([dealer.start(), owner.start()]);

  isTold = true;
  await until(async () => (await house.notices()).length > 0);
  await house.takeUp(owner);
  await until(async () => (await house.rows()).length === 0);
  await wait(100);

  assert.deepEqual(house.handled, [`owner r1 ${HIGH}`]);
});

test('behind one that is parked, what is dealt to it is held, so that nobody takes it for under way', async () => {
  await using house = await House.of(
    [record('r1', HIGH), record('r2', LOW)],
    [waiting('r1', HIGH, { kind: 'parked' }), waiting('r2', LOW, { position: 2 })],
  );
  const [dealer, owner] = await house.twoOwners(() => HIGH);
  await owner.start();
  await dealer.start();

  await house.takeUp(owner);

  await until(async () => (await house.rows()).every(({ kind }) => kind !== 'retry'));
  assert.deepEqual(
    (await house.rows()).map(({ recordId, key, kind }) => [recordId, key, kind]),
    [
      ['r1', HIGH, 'parked'],
      ['r2', HIGH, 'held'],
    ],
  );
});

test('what was dealt comes before what follows under its key, also when its owner began first', async () => {
  await using house = await House.of([record('r1', LOW)], [waiting('r1', LOW, {})]);
  const [dealer, owner] = await house.twoOwners(() => HIGH);
  await owner.start();
  await house.append(record('r2', LOW));
  await wait(150);
  assert.deepEqual(house.handled, []);
  assert.equal(owner.subscription.isIdle, false);

  await dealer.start();
  await until(() => house.handled.length === 2);

  assert.deepEqual(house.handled, [`owner r1 ${HIGH}`, `owner r2 ${HIGH}`]);
});

test('two that have to deal to each other wait for nothing but that', async () => {
  await using house = await House.of(
    [record('r1', LOW), record('r2', HIGH)],
    [waiting('r1', LOW, {}), waiting('r2', HIGH, { position: 2 })],
  );
  const [one, other] = await house.twoOwners((id) => (id === 'r1' ? HIGH : LOW));

  await Promise.all([one.start(), other.start()]);
  await until(async () => (await house.rows()).length === 0);

  assert.deepEqual(house.handled.toSorted(), [`dealer r2 ${LOW}`, `owner r1 ${HIGH}`]);
});

test('who waits for what others have to deal stops at once', async () => {
  await using house = await House.of([record('r1', LOW)], [waiting('r1', LOW, {})]);
  const [, owner] = await house.twoOwners(() => HIGH);
  await owner.start();
  const begun = performance.now();

  await owner.subscription.stop();

  assert.ok(performance.now() - begun < 5_000);
  assert.deepEqual(house.handled, []);
});

interface Owner {
  readonly subscription: Subscription;
  start(): Promise<void>;
}

/** A log whose one subscription has two owners. */
class House {
  readonly handled: string[] = [];
  readonly #log: Log;
  readonly #committer: Committer;
  readonly #tail: TailReader;
  readonly #workplace: Workplace;
  readonly #owners: Subscription[] = [];

  private constructor(log: Log) {
    const host = systemHost({});
    this.#log = log;
    this.#committer = new Committer(log, host.clock);
    const vocabulary = { context: 'c', aggregates: new Map(), contracts: new Map() } as never;
    this.#tail = new TailReader(log, vocabulary, host.clock);
    this.#workplace = {
      context: 'c',
      log,
      vocabulary,
      states: new StateCache(10),
      host,
      charactersMax: 1_000_000,
      inlineModels: [],
      inlineLock: new KeyedLock(),
      inlineDocuments: new KnownDocuments(),
      inlineFences: [],
      isShared: true,
      publications: new Map(),
      published: new Set(),
    };
  }

  /** All of its records were passed by a dealing of another day, and of some something waits. */
  static async of(records: readonly NewRecord[], rows: readonly WaitingRow[]): Promise<House> {
    const house = new House(await memory().open('c'));
    await house.#tail.start(house.#committer);
    await house.#committer.commit({ records, waiting: rows });
    const claim = { subscription: NAME, firstSlot: 0, lastSlot: 255, owner: 'before' };
    await house.#log.claim({ ...claim, fingerprint: 'before', position: records.length });
    return house;
  }

  /** The second one has the slot of `HIGH`. */
  async twoOwners(by: (record: string) => string): Promise<readonly [Owner, Owner]> {
    return [await this.#owner('dealer', [0, 127], by), await this.#owner('owner', [128, 255], by)];
  }

  rows(): Promise<readonly WaitingRow[]> {
    return this.#log.waiting({ subscription: NAME, limit: 100 });
  }

  notices(): Promise<readonly WaitingRow[]> {
    return this.#log.waiting({ subscription: REQUESTS, limit: 100 });
  }

  append(...records: readonly NewRecord[]): Promise<unknown> {
    return this.#committer.commit({ records });
  }

  async takeUp({ subscription }: Owner): Promise<void> {
    await subscription.takeUpDealt(await this.notices());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#owners.map((owner) => owner.stop()));
    await this.#tail.stop();
    await this.#log.close();
  }

  async #owner(
    owner: string,
    [firstSlot, lastSlot]: readonly [number, number],
    by: (record: string) => string,
  ): Promise<Owner> {
    const slots = { subscription: NAME, firstSlot, lastSlot };
    const [range] = await this.#log.claim({ ...slots, owner, fingerprint: 'now', position: 0 });
    const subscription = new Subscription(
      {
        name: NAME,
        interest: { wants: () => true, types: ['elsewhere.Happened'], directions: ['incoming'] },
        keysOf: (_, { id }) => [by(id)],
        fingerprint: 'now',
        handle: ({ stored }, key, base) => {
          this.handled.push(`${owner} ${stored.id} ${key}`);
          return new Unit(this.#workplace, base);
        },
      },
      {
        workplace: this.#workplace,
        log: this.#log,
        committer: this.#committer,
        tail: this.#tail,
        logger: silent,
        owner,
        dealtNotice: (name, slot) => dealtNotice(name, slot, 0),
        onParked: () => undefined,
        onStalled: () => undefined,
        onChange: () => undefined,
      },
    );
    this.#owners.push(subscription);
    return { subscription, start: () => subscription.startRange(range as Checkpoint) };
  }
}

function keyIn(first: number, last: number): string {
  for (let number = 0; ; number += 1) {
    const slot = slotOf(`k${number}`);
    if (slot >= first && slot <= last) return `k${number}`;
  }
}

function record(id: string, key: string): NewRecord {
  return {
    id,
    direction: 'incoming',
    stream: null,
    version: null,
    type: 'elsewhere.Happened',
    schemaVersion: 1,
    key,
    data: '{}',
    source: 'elsewhere',
    occurredAt: 0,
    recordedAt: 0,
    correlationId: 'action',
    causationId: 'action',
    traceparent: null,
    metadata: null,
  };
}

/** Tried once; `due` in milliseconds from now. */
function waiting(
  recordId: string,
  key: string,
  { due = 0, ...rest }: Partial<WaitingRow>,
): WaitingRow {
  return {
    subscription: NAME,
    key,
    recordId,
    kind: 'retry',
    position: 1,
    slot: slotOf(key),
    due: Date.now() + due,
    attempts: 1,
    error: null,
    correlationId: 'action',
    since: Date.now(),
    payload: null,
    ...rest,
  };
}
