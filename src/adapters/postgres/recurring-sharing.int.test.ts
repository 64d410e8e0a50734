/** Times that recur, while processes of two releases run one context. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import pg from 'pg';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { boundedContext } from '../../context/bounded-context.ts';
import { RECURRING_TIMERS } from '../../process/timer-row.ts';
import { recurring } from '../../process/recurring.ts';
import { whenever } from '../../reaction/whenever.ts';
import { run } from '../../runtime/run.ts';
import { until } from '../../runtime/fixtures/start.ts';
import { silent } from '../../telemetry/logger.ts';
import { postgres } from './postgres-store.ts';

const server = await sharedPostgres();
const LEASE_MS = 1_000;
const OLDER = { NightCame: '0 1 1 1 *', YearBegan: '0 0 1 1 *' };
const NEWER = { NightCame: '0 2 1 1 *', SpringCame: '0 0 1 3 *' };
const BOTH = { ...OLDER, ...NEWER };

test('a process of the older release that comes back leaves the newer one what recurs', async () => {
  const { url, start, crons } = await scene();
  const older = await start(OLDER);
  const newer = await start(NEWER);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    assert.deepEqual(await crons(), BOTH);

    // Taken for dead, as if it had stood still: it joins anew.
    const { rows } = await client.query<{ id: string }>(
      `select id from shop.members order by number limit 1`,
    );
    await client.query(`delete from shop.members where id = $1`, [rows[0]?.id]);
    await until(async () => {
      const sql = `select count(*)::int n from shop.members`;
      return (await client.query<{ n: number }>(sql)).rows[0]?.n === 2;
    });
    await wait(LEASE_MS / 2);

    assert.deepEqual(await crons(), BOTH);
  } finally {
    await client.end();
    await Promise.all([older.stop(), newer.stop()]);
  }
});

test('when the last process of a release has gone, what recurs is what those left say', async () => {
  const { start, crons } = await scene();
  const older = await start(OLDER);
  const newer = await start(NEWER);
  try {
    assert.deepEqual(await crons(), BOTH);

    await newer.stop();
    await until(async () => isDeepStrictEqual(await crons(), OLDER));
  } finally {
    await Promise.all([older.stop(), newer.stop()]);
  }
});

async function scene() {
  const url = await server.createDatabase();
  const store = () => postgres(url, { leaseMs: LEASE_MS });
  const start = (crons: Readonly<Record<string, string>>) => {
    const reactions = Object.entries(crons).map(([name, cron]) =>
      whenever(`on ${name}`, recurring(name, { cron }), () => undefined),
    );
    return run([boundedContext('shop', { reactions })], { store: store(), logger: silent });
  };
  /** By the names of what recurs. */
  const crons = async (): Promise<Record<string, string>> => {
    const log = await store().reader('shop');
    const rows = await log.waiting({ subscription: RECURRING_TIMERS, limit: 10 });
    await log.close();
    const found = rows.map(({ payload }) => JSON.parse(payload ?? '') as Record<string, string>);
    return Object.fromEntries(found.map(({ name = '', cron = '' }) => [name, cron]));
  };
  return { url, start, crons };
}
