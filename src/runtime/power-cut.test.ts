/**
 * Cuts the power or kills the process at random moments, again and again, and starts anew from
 * what is left: after a cut, some files with all that was written and some with only what was
 * synced. In the end everything that was acknowledged is there, all of it is done, and nothing was
 * done twice, by the outside world's own account.
 */
import './fixtures/power.ts';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { silent } from '../telemetry/logger.ts';
import type { Application } from './application.ts';
import { aroundSyncs, cutPower, diskPlace, kill, WHERE_SYNCS_ARE_SEEN } from './fixtures/power.ts';
import { order, shop } from './fixtures/shop.ts';
import { assertAllDoneOnce, assertChargedOnce } from './fixtures/shop-books.ts';

// After the disk above: what it gives is taken at import.
const { sqlite } = await import('../adapters/sqlite/sqlite-store.ts');
const { run } = await import('./run.ts');

const LIVES = 60;
const SIDE_BY_SIDE = 4;
const SOON = 4;
const SYNCS_MAX = 40;

/** What is not on the disk: those who were told, and the gateway. */
interface World {
  next: number;
  readonly sent: Set<string>;
  readonly acknowledged: Set<string>;
  readonly charges: string[];
}

test(
  'power cuts and kills at any moment: nothing acknowledged is lost, nothing is done twice',
  WHERE_SYNCS_ARE_SEEN,
  async (t) => {
    const directory = diskPlace(t);
    const world: World = { next: 1, sent: new Set(), acknowledged: new Set(), charges: [] };

    let tookSomething = 0;
    for (let life = 0; life < LIVES; life += 1) {
      const lost = await live(lifeOf(directory, life), lifeOf(directory, life + 1), world);
      if (lost > 0) tookSomething += 1;
    }
    await finish(lifeOf(directory, LIVES), world);

    console.log(`${tookSomething} of ${LIVES} ends took something that had been written`);
    assert.ok(tookSomething >= LIVES / 4, 'many of the cuts took something');
    await assertAllDoneOnce(lifeOf(directory, LIVES), world.sent);
    assertChargedOnce(world.sent, world.charges);
  },
);

const lifeOf = (directory: string, life: number): string => join(directory, `life-${life}`);

/** One life until it ends at some sync; what is left then is in `left`. Returns the bytes lost. */
async function live(directory: string, left: string, world: World): Promise<number> {
  let lost: number | undefined;
  const hasEnded = (): boolean => lost !== undefined;
  const ended = Promise.withResolvers<void>();
  const app = await start(directory, world, hasEnded);
  // Half of the lives end soon: what the one before left is then hardly on the disk.
  let syncs = Math.ceil(Math.random() * (Math.random() < 0.5 ? SOON : SYNCS_MAX));
  const forget = aroundSyncs(() => {
    syncs -= 1;
    if (syncs !== 0) return;
    lost = end(directory, left);
    ended.resolve();
  });
  const again = [...world.sent].filter((id) => !world.acknowledged.has(id));
  const lanes = Array.from({ length: SIDE_BY_SIDE }, async () => {
    while (!hasEnded()) {
      const id = again.shift() ?? `order-${world.next++}`;
      world.sent.add(id);
      await place(app, id);
      // What is answered after the end was answered by nobody.
      if (!hasEnded()) world.acknowledged.add(id);
    }
  });
  await ended.promise;
  forget();
  await Promise.all(lanes);
  await app.stop();
  return lost ?? 0;
}

/** Ends it all; returns how many bytes were lost. What a process left may be lost by the next cut. */
function end(directory: string, left: string): number {
  if (Math.random() < 2 / 3) return cutPower(directory, left, Math.random);
  kill(directory, left);
  return 0;
}

async function finish(directory: string, world: World): Promise<void> {
  const app = await start(directory, world, () => false);
  for (const id of world.sent) if (!world.acknowledged.has(id)) await place(app, id);
  await app.settled();
  await app.stop();
}

function start(directory: string, world: World, hasEnded: () => boolean): Promise<Application> {
  const contexts = shop(async (key) => {
    // What is asked after the end was asked by nobody.
    if (!hasEnded()) world.charges.push(key);
  });
  return run(contexts, { store: sqlite(directory), logger: silent });
}

function place(app: Application, id: string): Promise<unknown> {
  const command = { type: 'PlaceOrder', data: { id } } as const;
  return app.handle(order, id, command, { commandId: `place ${id}` });
}
