/** A server whose disk is full: what was acknowledged stays, and it goes on once there is room. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { startPostgres, type PostgresServer } from '../../../scripts/services/postgres.ts';
import { queryOnce } from '../../../scripts/services/postgres/query-once.ts';
import { record } from '../../conformance/log/samples.ts';
import { systemClock } from '../../host/clock.ts';
import { Committer } from '../../log/committer.ts';
import { StoreFullError } from './errors.ts';
import { mountSmallDisk, whyNoSmallDisk } from './fixtures/small-disk.ts';
import { until } from './fixtures/until.ts';
import { postgres } from './postgres-store.ts';

const skip = whyNoSmallDisk() ?? false;
let server: PostgresServer;
before(async () => {
  server = await startPostgres({ storage: 'memory' });
});
after(() => server.close());

test(
  'where the tables have no room a commit says so and changes nothing, and goes once there is some',
  { skip },
  async (t) => {
    const disk = mountSmallDisk(40, server.parts.account);
    await server.query(`create tablespace small location '${disk.folder}'`);
    await server.query('create database small tablespace small');
    const url = server.connectionStringOf('small');
    const { acknowledged, append, ids } = await scene(t, url);
    await append();

    t.after(async () => {
      await server.query('drop database small with (force)');
      await server.query('drop tablespace small');
      disk.unmount();
    });
    disk.fill(2_000_000);
    const failed = await appendUntilItFails(append);
    const meanwhile = await ids();
    disk.free();
    await append();

    assert.ok(failed instanceof StoreFullError, String(failed));
    assert.match(failed.message, /No space left on device.*Make room/);
    assert.equal(failed.retryable, true);
    assert.ok(acknowledged.length > 2);
    assert.deepEqual(meanwhile, acknowledged.slice(0, -1));
    assert.deepEqual(await ids(), acknowledged);
  },
);

test(
  'a server that ends as its journal has no room has all that was acknowledged when it starts again',
  { skip },
  async (t) => {
    const settings = { min_wal_size: '32MB', max_wal_size: '32MB', checkpoint_timeout: '1h' };
    const one = await startPostgres({ settings });
    t.after(() => one.close());
    await one.stop();
    const disk = mountSmallDisk(120, one.parts.account);
    const journal = join(one.data, 'pg_wal');
    const { folder } = disk;
    moveInto(journal, folder, one);
    t.after(async () => {
      await one.kill();
      disk.unmount();
    });
    await one.start();
    const { acknowledged, append, ids } = await scene(t, await one.createDatabase());
    await append();

    disk.fill(0);
    const failed = await appendUntilItFails(append);
    const said = one.log();
    disk.free();
    await one.kill();
    await one.start();
    await until(append);

    assert.match(said, /PANIC.*No space left on device/);
    assert.notEqual((failed as { retryable?: unknown }).retryable, undefined, String(failed));
    assert.deepEqual(await ids(), acknowledged);
  },
);

function moveInto(journal: string, folder: string, { parts }: PostgresServer): void {
  spawnSync('cp', ['-a', `${journal}/.`, folder], { ...parts.account });
  renameSync(journal, `${journal}.before`);
  symlinkSync(folder, journal);
}

async function appendUntilItFails(append: () => Promise<void>): Promise<unknown> {
  for (;;) {
    try {
      await append();
    } catch (error) {
      return error;
    }
  }
}

async function scene(t: TestContext, url: string) {
  const log = await postgres(url).open('ordering');
  t.after(() => log.close());
  const committer = new Committer(log, systemClock());
  const acknowledged: string[] = [];
  return {
    acknowledged,
    /** Appends a record that takes 400 kB. */
    append: async () => {
      const one = record({ data: JSON.stringify(randomBytes(200_000).toString('hex')) });
      const outcome = await committer.commit({ records: [one] });
      assert.equal(outcome.kind, 'committed');
      acknowledged.push(one.id);
    },
    ids: async () => {
      const sql = 'select id from ordering.log order by position';
      return (await queryOnce<{ id: string }>(url, sql)).map(({ id }) => id);
    },
  };
}
