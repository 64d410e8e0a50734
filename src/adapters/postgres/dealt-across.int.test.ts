/** What one of several processes deals to slots of another one, and does not live to tell. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { dealtNotice } from '../../runtime/dealt-notice.ts';
import { settledOrParked } from '../../runtime/fixtures/start.ts';
import { run } from '../../runtime/run.ts';
import { REQUESTS } from '../../runtime/request.ts';
import { newRow } from '../../subscription/new-row.ts';
import { silent } from '../../telemetry/logger.ts';
import { countingContext } from './fixtures/counting.ts';
import { IDS, until } from './fixtures/counting-processes.ts';
import { postgres } from './postgres-store.ts';

const server = await sharedPostgres();

test('what was dealt by one that died at once is handled by whoever has its slot, once', async () => {
  const url = await server.createDatabase();
  const handled: string[] = [];
  const all = ['one', 'other'].map((name) =>
    countingContext((id) => void handled.push(`${name} ${id}`)),
  );
  const [one, other] = all.map(({ context }) => context);
  assert.ok(one !== undefined && other !== undefined && all[0] !== undefined);
  const first = await run([one], { store: postgres(url), logger: silent });
  const second = await run([other], { store: postgres(url), logger: silent });
  const log = await postgres(url).open('counting');
  try {
    await first.settled();
    for (const id of IDS.slice(0, 20))
      await first.handle(all[0].counter, id, { type: 'Count', data: { id, by: 1 } });
    await until(() => handled.length === 20);
    const by = new Set(handled.map((each) => each.split(' ')[0]));
    assert.equal(by.size, 2, 'both have a share');
    const domain = await log.read({ after: 0, limit: 1_000, directions: ['domain'] });
    const records = domain.filter(({ stream }) => stream?.startsWith('counter'));
    const now = Date.now();
    const rows = records.map((record) =>
      newRow('mirror', record, { key: record.key, kind: 'retry', now }),
    );
    assert.equal(rows.length, 20);

    const notices = rows.map(({ slot }) => dealtNotice('mirror', slot, now));
    await log.commit([{ waiting: [...rows, ...notices] }]);
    await until(async () => (await log.waiting({ subscription: REQUESTS, limit: 1 })).length === 0);
    await until(() => handled.length >= 40);
    await wait(300);

    // Each by the same one as before.
    assert.deepEqual(handled.slice(20).toSorted(), handled.slice(0, 20).toSorted());
    assert.deepEqual(await log.waiting({ subscription: 'mirror', limit: 1 }), []);
  } finally {
    await log.close();
    await Promise.all([first.stop(), second.stop()]);
  }
});

test('two that begin together with another key function handle what waits once each, in the order of its keys', async () => {
  const url = await server.createDatabase();
  const store = () => postgres(url);
  let isBroken = true;
  const handled: string[] = [];
  const handle = (id: string): void => {
    if (isBroken) throw Object.assign(new Error('broken'), { retryable: false });
    handled.push(id);
  };
  const old = countingContext(handle);
  const before = await run([old.context], { store: store(), logger: silent });
  const ids = IDS.slice(0, 30);
  for (const id of ids)
    await before.handle(old.counter, id, { type: 'Count', data: { id, by: 1 } });
  await settledOrParked(before);
  await before.stop();

  // Five keys instead of thirty, each of six counters.
  const groupOf = (id: string): string => `group ${Number(id.slice(2)) % 5}`;
  const newer = ['one', 'other'].map(() => countingContext(handle, ({ data }) => groupOf(data.id)));
  const apps = await Promise.all(
    newer.map(({ context }) => run([context], { store: store(), logger: silent })),
  );
  try {
    const [first] = apps;
    assert.ok(first !== undefined);
    await Promise.all(apps.map(settledOrParked));
    isBroken = false;
    const { selected } = await first.redrive({}, { who: 'ann', why: 'mended' });
    await until(() => handled.length >= ids.length);
    await Promise.all(apps.map((app) => app.settled()));

    assert.equal(selected, ids.length);
    for (const group of new Set(ids.map(groupOf)))
      assert.deepEqual(
        handled.filter((id) => groupOf(id) === group),
        ids.filter((id) => groupOf(id) === group),
      );
    assert.deepEqual(await first.parked(), []);
  } finally {
    await Promise.all(apps.map((app) => app.stop()));
  }
});
