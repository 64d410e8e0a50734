import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { postgres } from './postgres-store.ts';

const server = await sharedPostgres();

test('a pool of the application is used as it is, and left open', async () => {
  const pool = new pg.Pool({ connectionString: server.connectionString });

  const log = await postgres({ pool }).open('ordering');
  await log.close();

  assert.deepEqual((await pool.query('select 1 as one')).rows, [{ one: 1 }]);
  assert.equal(pool.listenerCount('error'), 0);
  await pool.end();
});
