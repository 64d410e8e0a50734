/** As `killed-shop.int.test.ts`, by several processes, of which also a single one is killed. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { childrenOf } from '../../../scripts/services/process/running-processes.ts';
import { KilledOnPostgres, kills } from '../killed-on-postgres-fixture.ts';
import { startReplay, untilBalanced } from '../killed-shop-fixture.ts';

/** Of several contexts each. */
const SOME = 3;
/** One for each context, and a second one of Inventory. */
const MANY = 7;

let scene: KilledOnPostgres;
before(async () => {
  scene = await KilledOnPostgres.open();
});
after(() => scene.close());

test('a replay by a cluster that is killed again and again comes to what it comes to in peace', () =>
  scene.killReplay('a cluster', SOME));

test('a replay by a cluster goes on by itself when its server was killed, and comes to the same', () =>
  scene.killServer('a cluster, server', SOME));

test('a cluster goes on by itself when one of its processes is killed, again and again', async () => {
  const place = await scene.newPlace('processes');
  const replaying = startReplay(place, scene.orders, MANY);
  for (let count = 1; count <= kills; count += 1) {
    await scene.untilSomeFurther(replaying, place);
    // Those of contexts, and the gateway.
    const children = childrenOf(replaying.child.pid as number);
    process.kill(scene.dice.pick(children), 'SIGKILL');
  }

  await untilBalanced(replaying);

  await scene.assertAsInPeace(place);
  const told = replaying.output().match(/has ended \(SIGKILL\)/g) ?? [];
  assert.equal(told.length, kills);
});
