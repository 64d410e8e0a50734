import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Pgbouncer, startPgbouncer } from '../../../scripts/services/pgbouncer.ts';
import { type PostgresServer, startPostgres } from '../../../scripts/services/postgres.ts';
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

test('a pooler that gives each transaction another connection is told, and whether it is passed by', async () => {
  const url = await server.createDatabase();
  const poolers = [
    await postgres(url).diagnose!('ordering'),
    await postgres(pooler.pooled(url)).diagnose!('ordering'),
    await postgres(pooler.pooled(url), { directUrl: url }).diagnose!('ordering'),
  ].map((diagnosis) => diagnosis.pooler);

  assert.deepEqual(poolers, [
    { isBetween: false, isPassedBy: false },
    { isBetween: true, isPassedBy: false },
    { isBetween: true, isPassedBy: true },
  ]);
});
