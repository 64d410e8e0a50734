import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { startPostgres, type PostgresServer } from './postgres.ts';
import { allPostgres, majorOf } from './postgres/installations.ts';
import { queryOnce } from './postgres/query-once.ts';

const storage = 'memory';
let server: PostgresServer;
before(async () => {
  server = await startPostgres({ settings: { max_prepared_transactions: 3 }, storage });
});
after(() => server.close());

for (const { version, source } of allPostgres()) {
  test(`PostgreSQL ${version} (${source}) starts, and sorts as most databases do`, async () => {
    const one = await startPostgres({ version: majorOf(version), storage });
    try {
      const sorted = await one.query<{ text: string }>(
        `select text from (values ('b'), ('A'), ('a')) as v (text) order by text`,
      );

      assert.equal(majorOf(one.version), majorOf(version));
      const expected = majorOf(version) >= 15 ? ['a', 'A', 'b'] : ['A', 'a', 'b'];
      assert.deepEqual(
        sorted.map(({ text }) => text),
        expected,
      );
    } finally {
      await one.close();
    }
  });
}

test('a server has the settings that it was given, and those of later', async () => {
  await server.configure({ work_mem: '7MB' });

  const [given] = await server.query('show max_prepared_transactions');
  const [later] = await server.query('show work_mem');
  assert.deepEqual(given, { max_prepared_transactions: '3' });
  assert.deepEqual(later, { work_mem: '7MB' });
});

test('a server that was killed comes back with what was committed and nothing else', async () => {
  const database = await server.createDatabase();
  await queryOnce(database, 'create table kept (n int)');
  await queryOnce(database, 'insert into kept values (1)');
  const open = new pg.Client({ connectionString: database });
  const broken = new Promise<Error>((resolve) => open.once('error', resolve));
  await open.connect();
  await open.query('begin');
  await open.query('insert into kept values (2)');

  await server.kill();
  await broken;
  await assert.rejects(queryOnce(database, 'select'), { code: 'ECONNREFUSED' });
  await server.restart();

  assert.deepEqual(await queryOnce(database, 'select n from kept'), [{ n: 1 }]);
  assert.match(server.log(), /database system was not properly shut down/);
});

test('a server that was stopped comes back at the same port, having written everything', async () => {
  const database = await server.createDatabase();
  await queryOnce(database, 'create table kept as select 1 as n');
  const said = server.log().length;

  await server.stop();
  await server.restart();

  assert.deepEqual(await queryOnce(database, 'select n from kept'), [{ n: 1 }]);
  assert.match(server.log().slice(said), /database system was shut down at/);
});

test('a frozen server answers nobody, and goes on where it was', async () => {
  const client = new pg.Client({ connectionString: server.connectionString });
  await client.connect();

  server.pause();
  const answer = client.query('select 1 as n');
  const another = new pg.Client({
    connectionString: server.connectionString,
    connectionTimeoutMillis: 200,
  });
  await assert.rejects(another.connect(), /timeout/);
  server.resume();

  assert.deepEqual((await answer).rows, [{ n: 1 }]);
  await client.end();
});

test('a standby has what was committed, and goes on alone when it is promoted', async () => {
  const primary = await startPostgres({ storage });
  const standby = await primary.standby();
  try {
    await primary.query('create table kept as select 1 as n');
    await assert.rejects(standby.query('insert into kept values (2)'), { code: '25006' });

    await primary.kill();
    await standby.promote();
    await standby.query('insert into kept values (2)');

    const rows = await standby.query('select n from kept order by n');
    assert.deepEqual(rows, [{ n: 1 }, { n: 2 }]);
  } finally {
    await standby.close();
    await primary.close();
  }
});

test('a commit waits for the standby, and is in both when it is answered', async () => {
  const primary = await startPostgres({ storage });
  const standby = await primary.standby();
  try {
    await primary.query('create table kept (n int)');
    standby.pause();
    const commit = primary.query('insert into kept values (1)');
    await until(async () => {
      const waiting = await primary.query(
        `select from pg_stat_activity where wait_event = 'SyncRep'`,
      );
      return waiting.length === 1;
    });
    standby.resume();
    await commit;

    await standby.promote();
    assert.deepEqual(await standby.query('select n from kept'), [{ n: 1 }]);
  } finally {
    await standby.close();
    await primary.close();
  }
});

test('a server that does not start says why', async () => {
  await assert.rejects(startPostgres({ settings: { no_such_setting: 1 }, storage }), {
    code: 'postgres-start',
    message: /unrecognized configuration parameter "no_such_setting"/,
  });
});

test('a version that is not here is an error that says how to get it', async () => {
  await assert.rejects(startPostgres({ version: 9 }), {
    code: 'service-missing',
    message: /There is no version 9 here\. .*apt-get install postgresql/,
  });
});

for (const state of ['running', 'frozen']) {
  test(`a ${state} server ends with the process that started it, killed as it may be`, async () => {
    const { folder, port } = (await runFixture('leave-a-server.ts', [state])) as {
      folder: string;
      port: number;
    };

    await until(async () => !existsSync(folder));
    await assert.rejects(queryOnce(`postgres://postgres@127.0.0.1:${port}/postgres`, 'select'), {
      code: 'ECONNREFUSED',
    });
  });
}

test('two databases of a file on a shared server are its own, and go with it', async () => {
  const databases = (await runFixture('use-two-databases.ts')) as string[];

  assert.equal(new Set(databases).size, 2);
  const left = await server.query(`select from pg_database where datname like 'use_two%'`);
  assert.equal(left.length, 0);
});

test('a file that finds no shared server starts one for itself', async () => {
  const databases = (await runFixture('use-two-databases.ts', [], '')) as string[];

  const [first = ''] = databases;
  assert.notEqual(new URL(first).port, String(server.port));
  await assert.rejects(queryOnce(first, 'select'), { code: 'ECONNREFUSED' });
});

/** What the program says in a line of JSON, however it ends. */
async function runFixture(
  file: string,
  args: string[] = [],
  url = server.connectionString,
): Promise<unknown> {
  const env = { ...process.env, THEREUPON_POSTGRES_URL: url };
  const program = join(import.meta.dirname, 'fixtures', file);
  const run = promisify(execFile)(process.execPath, [program, ...args], { env });
  const { stdout } = await run.catch((error: { signal?: string; stdout?: string }) => {
    if (error.signal !== 'SIGKILL') throw error;
    return { stdout: error.stdout ?? '' };
  });
  return JSON.parse(stdout);
}

/** Asks again until it is so; the test's own time limit says when that takes too long. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await delay(10);
}
