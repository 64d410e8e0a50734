import { test } from 'node:test';
import { sharedPostgres } from '../../scripts/services/postgres.ts';
import { postgres } from '../adapters/postgres/postgres-store.ts';
import { assertSeenFlows } from './fixtures/seen-flows.ts';

const server = await sharedPostgres();

test('on PostgreSQL the same is seen as in memory and in files', async () => {
  await assertSeenFlows(postgres(await server.createDatabase()));
});
