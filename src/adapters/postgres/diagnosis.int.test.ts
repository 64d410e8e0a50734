/** What the store tells whoever looks for what is wrong, beside an application or without one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { queryOnce } from '../../../scripts/services/postgres/query-once.ts';
import { committed, record } from '../../conformance/log/samples.ts';
import { systemClock } from '../../host/clock.ts';
import { start } from '../../runtime/fixtures/start.ts';
import { HeldWriter } from './fixtures/held-writer.ts';
import { ordering } from './fixtures/ordering.ts';
import { until } from './fixtures/until.ts';
import { postgres } from './postgres-store.ts';

const server = await sharedPostgres();

test('all who run a context are named, also one that has fallen silent, with what they work on', async (t) => {
  const url = await server.createDatabase();
  const store = postgres(url);
  await start(t, [ordering], { store });
  await start(t, [ordering], { store: postgres(url) });

  // The two that live remove who has fallen silent at their next beat, which may come in between.
  await until(async () => {
    await queryOnce(
      url,
      `insert into ordering.members (id, knows, host, pid, beat_at)
        values ('gone', '{}', 'elsewhere', 7, now() - interval '1 hour') on conflict do nothing`,
    );
    const { isShared, runners } = await store.diagnose!('ordering');

    assert.equal(isShared, true);
    assert.deepEqual(
      runners.map(({ pid, isAlive }) => [pid, isAlive]),
      [
        [process.pid, true],
        [process.pid, true],
        [7, false],
      ],
    );
    assert.ok((runners[2]?.beatAgoMs ?? 0) >= 3_600_000);
    assert.ok((runners[0]?.beatAgoMs ?? 10_000) < 10_000);
    assert.deepEqual(runners[0]?.holds?.['relay'] ?? runners[1]?.holds?.['relay'], [0, 255]);
  });
});

test('who has only just come learns who holds up the readers, and since when', async () => {
  const url = await server.createDatabase();
  const store = postgres(url);
  const log = await store.open('ordering');
  const stuck = await HeldWriter.begin(url);
  await stuck.append(1);
  await committed(log, { records: [record({ recordedAt: 1_000 })] });

  await until(async () => {
    const { heldBy } = await store.diagnose!('ordering');
    assert.equal(heldBy?.pid, stuck.pid);
    assert.ok(heldBy.heldMs >= 1_000 && heldBy.heldMs <= heldBy.openMs);
  });
  await stuck.rollback();
  const { heldBy } = await store.diagnose!('ordering');

  assert.equal(heldBy, null);
  await log.close();
});

test('how far the clock of the server is from that of this process is measured', async () => {
  const url = await server.createDatabase();
  const clock = { ...systemClock(), now: () => Date.now() - 60_000 };

  const late = await postgres(url, { host: { clock } }).diagnose!('ordering');
  const right = await postgres(url).diagnose!('ordering');

  assert.ok(Math.abs((late.clock?.aheadMs ?? 0) - 60_000) < 5_000);
  assert.ok(Math.abs(right.clock?.aheadMs ?? 10_000) < 5_000);
  assert.ok((right.clock?.withinMs ?? 10_000) < 5_000);
});
