import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedPostgres } from '../../scripts/services/postgres.ts';
import { HeldWriter } from '../adapters/postgres/fixtures/held-writer.ts';
import { postgres } from '../adapters/postgres/postgres-store.ts';
import { claimAll, committed, fact } from '../conformance/log/samples.ts';
import { until } from '../runtime/fixtures/start.ts';
import { twoContexts } from './fixtures/two-contexts.ts';
import { why } from './why.ts';

const server = await sharedPostgres();

test('who keeps the end of the log from being read is named as the reason', async () => {
  const url = await server.createDatabase();
  const store = postgres(url);
  const { contexts } = twoContexts();
  const log = await store.open('ordering');
  await claimAll(log, 'note the order');
  await claimAll(log, 'book@1');
  const stuck = await HeldWriter.begin(url);
  await stuck.append(1);
  const record = fact('order/1', 1, { id: 'r-1', type: 'OrderPlaced', recordedAt: 1_000 });
  await committed(log, { records: [record] });

  await until(async () => {
    const { answers } = await why({ contexts, store }, { id: 'r-1' });
    const { state } = answers[0] ?? {};
    return state?.is === 'not-reached' && state.heldBy?.pid === stuck.pid;
  }, 20_000);
  await stuck.rollback();
  const { answers } = await why({ contexts, store }, { id: 'r-1' });
  await log.close();

  const [first] = answers;
  assert.ok(first?.state.is === 'not-reached');
  assert.equal(first.state.heldBy, null);
});
