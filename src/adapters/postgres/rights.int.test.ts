/** What a process may do that owns nothing: the grants are those of docs/postgres.md. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startPostgres, type PostgresServer } from '../../../scripts/services/postgres.ts';
import { queryOnce } from '../../../scripts/services/postgres/query-once.ts';
import { run } from '../../runtime/run.ts';
import { countingContext } from './fixtures/counting.ts';
import { postgres } from './postgres-store.ts';

let server: PostgresServer;
before(async () => {
  server = await startPostgres({ storage: 'memory' });
  await server.query('create role app login');
  await server.query('create role reporting login');
});
after(() => server.close());

test('with the grants of the docs a context runs, and makes its read models anew', async () => {
  const url = await migrated();
  await granted(url);
  const store = postgres(as('app', url), { migrate: 'never' });

  for (const version of [1, 2]) {
    const { context, counter, totals, grand } = countingContext(
      () => undefined,
      undefined,
      version,
    );
    const app = await run([context], { store });
    try {
      await app.handle(counter, 'c-1', { type: 'Count', data: { id: 'c-1', by: 1 } });
      await app.settled();

      assert.deepEqual(await app.read(totals).get('c-1'), { total: version });
      assert.deepEqual(await app.read(grand).get('all'), { total: version });
    } finally {
      await app.stop();
    }
  }
});

test('who may only read drops and makes no read model', async () => {
  const url = await migrated();
  await queryOnce(url, 'grant usage on schema counting to reporting');
  await queryOnce(url, 'grant select on all tables in schema counting to reporting');

  for (const call of [
    `counting.remove_model_v1('totals@1')`,
    `counting.define_model_v1('mine@1', '{}')`,
  ])
    await assert.rejects(
      queryOnce(as('reporting', url), `select ${call}`),
      /permission denied for function/,
    );
});

test('a read model whose name or field is written like SQL is a name and nothing more', async () => {
  const url = await migrated();
  const log = await postgres(url).open('counting');
  const name = `%1$s'); drop table counting.log; --`;

  await log.defineModel(name, [name, `it's`, 'back\\slash']);

  assert.ok((await log.models()).includes(name));
  await log.dropModel(name, name);
  await log.close();
});

async function migrated(): Promise<string> {
  const url = await server.createDatabase();
  await postgres(url).migrations.migrate('counting');
  return url;
}

async function granted(url: string): Promise<void> {
  const docs = readFileSync(join(import.meta.dirname, '../../../docs/postgres.md'), 'utf8');
  const grants = /```sql\n(grant usage[^`]*)```/.exec(docs)?.[1];
  assert.ok(grants !== undefined, 'The docs have lost their grants.');
  await queryOnce(url, grants.replaceAll('ordering', 'counting').replaceAll('shop_app', 'app'));
}

function as(role: string, url: string): string {
  return url.replace('postgres@', `${role}@`);
}
