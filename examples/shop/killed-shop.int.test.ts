/**
 * A replay on PostgreSQL in one process, which is killed at random moments, and whose server is killed in the
 * middle and started again. What it was told is durable is in the logs after each kill, and at the end the
 * shop is, document by document, what it is without.
 *
 * `KILLS=100 npm test -- examples/shop/killed-shop.int.test.ts` kills more often.
 */
import { after, before, test } from 'node:test';
import { KilledOnPostgres } from './killed-on-postgres-fixture.ts';

let scene: KilledOnPostgres;
before(async () => {
  scene = await KilledOnPostgres.open();
});
after(() => scene.close());

test('a replay that is killed again and again comes to what it comes to in peace', () =>
  scene.killReplay('one process'));

test('a replay goes on by itself when its server was killed, and comes to the same', () =>
  scene.killServer('one process, server'));
