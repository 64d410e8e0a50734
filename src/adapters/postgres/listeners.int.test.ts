import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { committed, fact } from '../../conformance/log/samples.ts';
import { until } from '../../runtime/fixtures/start.ts';
import { neverPolling, oftenPolling } from './fixtures/polling.ts';
import { postgres } from './postgres-store.ts';

const server = await sharedPostgres();

test('who is alone tells nobody of what it commits, and tells whoever comes later', async () => {
  const url = await server.createDatabase();
  const pool = new WatchedPool({ connectionString: url });
  const { clock, polls } = oftenPolling();
  const log = await postgres({ pool, host: { clock } }).open('ordering');
  log.onChange(() => undefined);
  const before = polls();
  await until(() => polls() > before + 2);

  const toldAlone = pool.notifications;
  for (let number = 1; number <= 20; number += 1)
    await committed(log, { records: [fact(`o-${number}`, 1)] });
  assert.equal(pool.notifications, toldAlone);

  const reader = await postgres(url, { host: { clock: neverPolling() } }).reader('ordering');
  for (let number = 21; number <= 25; number += 1) {
    const heard = new Promise<void>((resolve) => reader.onChange(() => resolve()));
    await committed(log, { records: [fact(`o-${number}`, 1)] });
    await heard;
  }
  assert.ok(pool.notifications > toldAlone);

  await reader.close();
  const whenGone = polls();
  await until(() => polls() > whenGone + 2);
  const toldBefore = pool.notifications;
  for (let number = 26; number <= 40; number += 1)
    await committed(log, { records: [fact(`o-${number}`, 1)] });
  assert.equal(pool.notifications, toldBefore);
  await log.close();
  await pool.end();
});

test('who begins to listen while the other one has lost its connection is told all the same', async () => {
  const url = await server.createDatabase();
  const { clock, polls, stop } = oftenPolling();
  const pool = new WatchedPool({ connectionString: url });
  const log = await postgres({ pool, host: { clock } }).open('ordering');
  log.onChange(() => undefined);
  await until(() => polls() > 2);
  // From here on it finds out nothing by itself.
  stop();
  await wait(50);
  pool.isCutOff = true;
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  await admin.query(`select pg_terminate_backend(pid, 5000) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`);

  const reader = await postgres(url, { host: { clock: neverPolling() } }).reader('ordering');
  const heard = new Promise<void>((resolve) => reader.onChange(() => resolve()));
  pool.isCutOff = false;
  // In vain as long as the connections are not made again.
  const commit = async (): Promise<boolean> =>
    await committed(log, { records: [fact('o-1', 1)] }).then(
      () => true,
      () => false,
    );
  await until(commit);
  await heard;

  await Promise.all([reader.close(), log.close(), admin.end()]);
  await pool.end();
});

test('who could not be told, as the server was away, is told when it can be', async () => {
  const url = await server.createDatabase();
  const pool = new WatchedPool({ connectionString: url });
  const log = await postgres({ pool, host: { clock: neverPolling() } }).open('ordering');
  const reader = await postgres(url, { host: { clock: neverPolling() } }).reader('ordering');
  const heard = new Promise<void>((resolve) => reader.onChange(() => resolve()));

  pool.untold = 2;
  await committed(log, { records: [fact('o-1', 1)] });
  await heard;

  assert.equal(pool.untold, 0);
  await Promise.all([reader.close(), log.close()]);
  await pool.end();
});

/** Counts what is told over its connections, but for what is said to begin with. */
class WatchedPool extends pg.Pool {
  notifications = 0;
  /** So many more times the server cannot be told anything. */
  untold = 0;
  /** Whether the server cannot be reached. */
  isCutOff = false;

  constructor(config: pg.PoolConfig) {
    super(config);
    this.on('connect', (client) => {
      const query = client.query.bind(client) as (...values: unknown[]) => unknown;
      client.query = ((...values: unknown[]) => {
        const [asked] = values as [string | { text: string }];
        const text = typeof asked === 'string' ? asked : asked.text;
        if (text.includes('pg_notify') && !text.startsWith('listen')) {
          this.notifications += 1;
          if (this.untold > 0) {
            this.untold -= 1;
            return Promise.reject(new Error('cut off'));
          }
        }
        return query(...values);
      }) as typeof client.query;
    });
  }

  override connect(): Promise<pg.PoolClient> {
    return this.isCutOff ? Promise.reject(new Error('cut off')) : super.connect();
  }
}
