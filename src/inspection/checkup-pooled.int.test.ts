import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Pgbouncer, startPgbouncer } from '../../scripts/services/pgbouncer.ts';
import { type PostgresServer, startPostgres } from '../../scripts/services/postgres.ts';
import { type PostgresOptions } from '../adapters/postgres/postgres-options.ts';
import { postgres } from '../adapters/postgres/postgres-store.ts';
import { systemClock } from '../host/clock.ts';
import { checkup } from './checkup.ts';
import { twoContexts } from './fixtures/two-contexts.ts';

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

test('pooler: one in transaction mode wants attention, unless it is passed by', async () => {
  const url = await server.createDatabase();
  const { contexts } = twoContexts();
  const look = async (where: string, options: PostgresOptions = {}) => {
    const store = postgres(where, options);
    const means = { clock: systemClock(), nodeVersion: '24.0.0' };
    const { findings } = await checkup({ contexts, store }, means);
    return findings.find(({ check }) => check === 'pooler');
  };

  const straight = await look(url);
  const pooled = await look(pooler.pooled(url));
  const passed = await look(pooler.pooled(url), { directUrl: url });

  assert.deepEqual(
    [straight, pooled, passed].map((found) => found?.level),
    ['good', 'attention', 'good'],
  );
  assert.match(pooled?.remedy ?? '', /directUrl/);
});
