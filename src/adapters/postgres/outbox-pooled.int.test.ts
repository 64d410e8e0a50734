/** Publishing where each transaction may get another connection: behind a pooler. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Pgbouncer, startPgbouncer } from '../../../scripts/services/pgbouncer.ts';
import { type PostgresServer, startPostgres } from '../../../scripts/services/postgres.ts';
import { start, until } from '../../runtime/fixtures/start.ts';
import { libraries } from './fixtures/libraries.ts';
import { createOrders, listening, ordering } from './fixtures/ordering.ts';
import { postgres } from './postgres-store.ts';

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

for (const [name, openLibrary] of Object.entries(libraries))
  test(`${name}: transactions that share connections behind a pooler publish what is theirs`, async (t) => {
    const url = await server.createDatabase();
    await createOrders(url);
    const heard: string[] = [];
    const store = postgres(url);
    await start(t, [ordering, listening((orderId) => heard.push(orderId))], { store });
    const library = openLibrary(pooler.pooled(url), store, false);
    t.after(() => library.close());

    const names = Array.from({ length: 12 }, (_, index) => `o-${index}`);
    await Promise.allSettled(
      names.map((id, index) =>
        library.transaction(async (tx) => {
          await tx.publish(id);
          await tx.insert(id);
          await tx.publish(`${id} again`);
          if (index % 3 === 0) throw new Error('changed my mind');
        }),
      ),
    );
    const kept = names.filter((_, index) => index % 3 !== 0).flatMap((id) => [id, `${id} again`]);
    await until(() => heard.length >= kept.length, 20_000);

    assert.deepEqual(heard.toSorted(), kept.toSorted());
    for (const id of names) assert.ok(heard.indexOf(id) <= heard.indexOf(`${id} again`));
  });
