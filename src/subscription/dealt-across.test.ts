/** What is dealt anew where several own the slots of one subscription. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { until } from '../runtime/fixtures/start.ts';
import { HIGH, House, LOW, record, waiting } from './fixtures/slot-owners.ts';
import { KEYS_UNKNOWN } from './keys-unknown.ts';
import { slotOf } from './slot.ts';

test('what is dealt to a slot of another owner is handled by that one alone, whenever it began', async (t) => {
  for (const beginsFirst of ['who deals', 'who is dealt to']) {
    const house = await House.of(t, [record('r1', LOW)], [waiting('r1', LOW, { due: 300 })]);
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

test('what was dealt is told in the commit that deals it, until it is taken up', async (t) => {
  const house = await House.of(t, [record('r1', LOW)], [waiting('r1', LOW, { kind: 'parked' })]);
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

test('a key that is told later, and is of another owner, is handled by that one alone', async (t) => {
  let isTold = false;
  const by = (): string => {
    if (!isTold) throw new Error('no such product');
    return HIGH;
  };
  const house = await House.of(
    t,
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

test('behind one that is parked, what is dealt to it is held, so that nobody takes it for under way', async (t) => {
  const house = await House.of(
    t,
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

test('what was dealt comes before what follows under its key, also when its owner began first', async (t) => {
  const house = await House.of(t, [record('r1', LOW)], [waiting('r1', LOW, {})]);
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

test('two that have to deal to each other wait for nothing but that', async (t) => {
  const house = await House.of(
    t,
    [record('r1', LOW), record('r2', HIGH)],
    [waiting('r1', LOW, {}), waiting('r2', HIGH, { position: 2 })],
  );
  const [one, other] = await house.twoOwners((id) => (id === 'r1' ? HIGH : LOW));

  await Promise.all([one.start(), other.start()]);
  await until(async () => (await house.rows()).length === 0);

  assert.deepEqual(house.handled.toSorted(), [`dealer r2 ${LOW}`, `owner r1 ${HIGH}`]);
});

test('who waits for what others have to deal stops at once', async (t) => {
  const house = await House.of(t, [record('r1', LOW)], [waiting('r1', LOW, {})]);
  const [, owner] = await house.twoOwners(() => HIGH);
  await owner.start();
  const begun = performance.now();

  await owner.subscription.stop();

  assert.ok(performance.now() - begun < 5_000);
  assert.deepEqual(house.handled, []);
});
