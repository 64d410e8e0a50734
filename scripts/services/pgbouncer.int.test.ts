import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { startPgbouncer, type Pgbouncer } from './pgbouncer.ts';
import { startPostgres, type PostgresServer } from './postgres.ts';

let server: PostgresServer;
let pooler: Pgbouncer;
before(async () => {
  server = await startPostgres({ storage: 'memory' });
  pooler = await startPgbouncer(server);
});
after(async () => {
  await pooler?.close();
  await server?.close();
});

test('behind the pooler two clients take turns on one session, and neither has one', async () => {
  const database = await server.createDatabase();
  const [one, other] = [await connect(database), await connect(database)];

  await one.query(`select set_config('thereupon.mine', 'one', false)`);
  const seen = await other.query<{ mine: string }>(
    `select current_setting('thereupon.mine', true) as mine`,
  );

  assert.deepEqual(seen.rows, [{ mine: 'one' }]);
  await Promise.all([one.end(), other.end()]);
});

test('a transaction has a session to itself', async () => {
  const database = await server.createDatabase();
  const [one, other] = [await connect(database), await connect(database)];

  await one.query('begin');
  const sessions = await Promise.all(
    [one, other].map((client) => client.query<{ pid: number }>('select pg_backend_pid() as pid')),
  );
  await one.query('commit');

  assert.notEqual(sessions[0]?.rows[0]?.pid, sessions[1]?.rows[0]?.pid);
  await Promise.all([one.end(), other.end()]);
});

async function connect(database: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: pooler.pooled(database) });
  await client.connect();
  return client;
}
