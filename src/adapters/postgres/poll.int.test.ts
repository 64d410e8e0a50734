/** What a process finds by looking, since whoever committed it told nobody. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import pg from 'pg';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { until } from '../../runtime/fixtures/start.ts';
import { oftenPolling } from './fixtures/polling.ts';
import { postgres } from './postgres-store.ts';

const server = await sharedPostgres();

test('what was committed between the opening and the first look is found by it', async (t) => {
  const { client, told } = await listener(t);

  await client.query(APPEND);
  await until(() => told() > 0);
});

test('what was drawn before a look and committed after it is found by a later one', async (t) => {
  const { client, told, looks } = await listener(t);

  await client.query(`begin; ${APPEND}`);
  const before = looks();
  await until(() => looks() >= before + 5);
  assert.equal(told(), 0);
  await client.query('commit');
  await until(() => told() > 0);
});

test('what somebody here has read already is found for all others by the next look', async (t) => {
  const { client, log, told, looks } = await listener(t);
  await client.query(APPEND);
  await until(() => told() > 0);
  const toldBefore = told();

  await client.query(APPEND.replace(`'a'`, `'b'`));
  // By an effect of reading, it is known that nothing can come before it any more.
  assert.equal((await log.read({ after: 0, limit: 10 })).length, 2);
  const before = looks();
  await until(() => looks() >= before + 2);

  assert.ok(told() > toldBefore);
});

test('a row that waits, and has no position, is found when its writer has gone', async (t) => {
  const { client, told, looks } = await listener(t);
  await until(() => looks() >= 2);

  await client.query(`insert into "ordering".waiting (subscription, key, record_id, kind, position,
      slot, due, attempts, correlation_id, since) values ('timers', 'o-1', 'a', 'timer', 0, 0, 0, 0, 'c-1', 0)`);
  await client.end();

  await until(() => told() > 0);
});

for (const [when, sql] of [
  ['', 'select 1'],
  [', also after a crash, before anybody has written', 'delete from "ordering".server_life'],
] as const)
  test(`where nothing is new nobody is told${when}`, async (t) => {
    const { client, told, looks } = await listener(t);
    await client.query(`${APPEND} ${sql}`);
    await until(() => told() > 0);

    const [before, toldBefore] = [looks(), told()];
    await until(() => looks() >= before + 5);

    assert.equal(told(), toldBefore);
  });

/** By somebody who is none of ours. */
const APPEND = `
  select "ordering".enter_v1();
  insert into "ordering".log (position, id, direction, type, schema_version, key, data, source,
      occurred_at, recorded_at, correlation_id, causation_id)
    select nextval('"ordering".log_position'), 'a', 'outgoing', 'ordering.Placed', 1, 'o-1', '{}',
      'ordering', 1, 1, 'c-1', 'c-0';`;

/** Listens to a log by a clock that makes it look often. */
async function listener(t: TestContext) {
  const url = await server.createDatabase();
  const { clock, polls: looks } = oftenPolling();
  const log = await postgres(url, { host: { clock } }).open('ordering');
  let told = 0;
  log.onChange(() => void (told += 1));
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  t.after(async () => {
    await client.end();
    await log.close();
  });
  return { client, log, told: () => told, looks };
}
