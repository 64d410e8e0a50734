import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from '../log/log.ts';
import { HIGH, House, LOW, NAME, record } from '../subscription/fixtures/slot-owners.ts';
import { until } from './fixtures/start.ts';
import { SubscriptionPart } from './subscription-part.ts';

const ALL = { first: 0, last: 255 };

test('when one range cannot be begun, the others are ended, and all begin at the next try', async (t) => {
  const house = await House.of(t, [], []);
  await apart(house);
  let isBroken = true;
  const by = (id: string): string => (id === 'r1' ? HIGH : LOW);
  const failing: Log = Object.assign(Object.create(house.log), {
    waiting: (query: Parameters<Log['waiting']>[0]) => {
      if (isBroken && query.slots?.first === 128) throw new Error('The store is not there.');
      return house.log.waiting(query);
    },
  });
  const part = new SubscriptionPart(house.definition('part', by), {
    log: house.log,
    owner: 'part',
    position: 0,
    make: (definition) => house.make(definition, 'part', failing),
    lookForPauses: () => Promise.resolve(),
  });

  await assert.rejects(part.start(ALL), /The store is not there/);
  await house.append(record('r2', LOW));
  await wait(200);
  assert.deepEqual(house.handled, []);
  isBroken = false;
  await part.start(ALL);
  await until(() => house.handled.length === 2);

  assert.equal(part.subscriptions.length, 2);
  assert.deepEqual(new Set(house.handled), new Set([`part r1 ${HIGH}`, `part r2 ${LOW}`]));
  await part.stop();
});

/** The lower half of the slots stands one record further on than the upper one. */
async function apart(house: House): Promise<void> {
  const half = { subscription: NAME, owner: 'before', fingerprint: 'now', position: 0 };
  const [low] = await house.log.claim({ ...half, firstSlot: 0, lastSlot: 127 });
  await house.log.claim({ ...half, firstSlot: 128, lastSlot: 255 });
  assert.ok(low !== undefined);
  await house.append(record('r1', HIGH));
  const move = { subscription: NAME, firstSlot: 0, epoch: low.epoch, from: 0, to: 1 };
  await house.log.commit([{ moves: [move] }]);
}
