/** A server that goes away under load: nothing acknowledged is lost, nothing is done twice. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startPostgres, type PostgresServer } from '../../../scripts/services/postgres.ts';
import { assertCounted, countingLoad } from './fixtures/counting-load.ts';
import { until } from './fixtures/until.ts';

let server: PostgresServer;
before(async () => {
  server = await startPostgres();
});
after(() => server.close());

for (const [how, interrupt] of [
  ['restarted', () => server.restart()],
  ['killed and started', () => server.kill().then(() => server.start())],
  ['told to end all connections', () => server.query(END_ALL)],
] as const)
  test(`while the server is ${how} under load, each command takes effect once, and what follows from it`, async (t) => {
    const shop = await countingLoad(t, await server.createDatabase());

    const done = shop.load(200);
    await until(() => assert.ok(done.acknowledged >= 40));
    await interrupt();
    await until(() => assert.ok(done.acknowledged >= 80));
    await interrupt();
    await done.all;

    await assertCounted(shop, 200);
  });

const END_ALL = `
  select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'thereupon'`;
