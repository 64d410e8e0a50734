/** What the order of a log rests on is looked at when it is opened. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startPostgres, sharedPostgres } from '../../../scripts/services/postgres.ts';
import { queryOnce } from '../../../scripts/services/postgres/query-once.ts';
import { postgres } from './postgres-store.ts';
import { LogSettingsError } from './probe.ts';

const shared = await sharedPostgres();

for (const setting of ['cache 32', 'increment 2', 'cycle']) {
  test(`a log whose sequence has ${setting} is refused, and opens once that is set right`, async () => {
    const url = await databaseWithLog();
    await queryOnce(url, `alter sequence ordering.log_position ${setting}`);

    const refused = await open(url).catch((error: unknown) => error);
    await queryOnce(url, 'alter sequence ordering.log_position cache 1 increment 1 no cycle');

    assert.ok(refused instanceof LogSettingsError);
    assert.equal(refused.context, 'ordering');
    assert.match(refused.message, /"log_position" must have increment 1, cache 1 and no cycle/);
    await open(url);
  });
}

test('a log on a server that does not show what writers hold is refused', async () => {
  const url = await databaseWithLog();
  const database = new URL(url).pathname.slice(1);
  await queryOnce(url, 'create schema veiled');
  await queryOnce(
    url,
    `create view veiled.pg_locks as select * from pg_catalog.pg_locks where locktype <> 'advisory'`,
  );
  await queryOnce(url, `alter database "${database}" set search_path = veiled, pg_catalog`);

  await assert.rejects(open(url), (error) => {
    assert.ok(error instanceof LogSettingsError);
    assert.match(error.message, /its locks cannot be seen/);
    return true;
  });
});

test('a log on a standby is refused, to write and to read', async () => {
  const primary = await startPostgres({ settings: { synchronous_commit: 'remote_apply' } });
  const standby = await primary.standby();
  try {
    await open(primary.connectionString);

    await assert.rejects(open(standby.connectionString), (error) => {
      assert.ok(error instanceof LogSettingsError);
      assert.match(error.message, /the server is a standby/);
      return true;
    });
    await assert.rejects(postgres(standby.connectionString).reader('ordering'), {
      code: 'server-read-only',
    });
    await assert.rejects(standby.query('select horizon from ordering.horizon_v1()'), {
      code: '25006',
      message: /what writers hold cannot be seen here/,
    });
  } finally {
    await standby.close();
    await primary.close();
  }
});

async function databaseWithLog(): Promise<string> {
  const url = await shared.createDatabase();
  await open(url);
  return url;
}

/** Opens the log, and closes it. */
async function open(url: string): Promise<void> {
  const log = await postgres(url).open('ordering');
  await log.close();
}
