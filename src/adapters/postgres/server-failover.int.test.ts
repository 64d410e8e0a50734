/** The server is lost under load, and its standby goes on in its place. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startPostgres } from '../../../scripts/services/postgres.ts';
import { committed, record } from '../../conformance/log/samples.ts';
import { assertCounted, countingLoad } from './fixtures/counting-load.ts';
import { HeldWriter } from './fixtures/held-writer.ts';
import { startNetwork } from '../../../scripts/services/process/network.ts';
import { until } from './fixtures/until.ts';
import { postgres } from './postgres-store.ts';

test('a standby that is promoted while writing goes on with all that was acknowledged', async (t) => {
  const primary = await startPostgres();
  t.after(() => primary.close());
  const standby = await primary.standby();
  t.after(() => standby.close());
  const network = await startNetwork(primary.port);
  t.after(() => network.close());
  const url = network.through(await primary.createDatabase());
  const shop = await countingLoad(t, url);

  const done = shop.load(200);
  await until(() => assert.ok(done.acknowledged >= 70));
  await primary.kill();
  await standby.promote();
  network.leadTo(standby.port);
  await done.all;

  await assertCounted(shop, 200);
});

test('a promoted standby gives out no position that a reader has passed', async (t) => {
  const primary = await startPostgres();
  t.after(() => primary.close());
  const standby = await primary.standby();
  t.after(() => standby.close());
  const network = await startNetwork(primary.port);
  t.after(() => network.close());
  const url = network.through(await primary.createDatabase());
  const reader = await postgres(url).reader('ordering');
  const log = await postgres(url).open('ordering');
  t.after(() => Promise.all([reader.close(), log.close()]));
  const undone = await HeldWriter.begin(url);
  await undone.append(100);
  const [passed = 0] = await committed(log, { records: [record()] });
  await undone.rollback();
  const before = await reader.read({ after: 0, limit: 10 });

  await primary.kill();
  await standby.promote();
  network.leadTo(standby.port);
  const positions = await whenItIsThere(() => committed(log, { records: [record(), record()] }));
  const after = await whenItIsThere(() => reader.read({ after: passed, limit: 10 }));

  assert.deepEqual([before.length, before[0]?.position], [1, passed]);
  assert.ok(positions.every((position) => position > passed + 1_000));
  assert.deepEqual(
    after.map(({ position }) => position),
    positions,
  );
});

async function whenItIsThere<T>(work: () => Promise<T>): Promise<T> {
  let answer: T | undefined;
  await until(async () => void (answer = await work()));
  return answer as T;
}
