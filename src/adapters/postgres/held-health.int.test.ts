/** What an application says of itself while a writer of its log does not end. */
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { startPostgres, type PostgresServer } from '../../../scripts/services/postgres.ts';
import { queryOnce } from '../../../scripts/services/postgres/query-once.ts';
import type { Health } from '../../runtime/health.ts';
import { start } from '../../runtime/fixtures/start.ts';
import { HeldWriter } from './fixtures/held-writer.ts';
import { OrderPlaced, ordering } from './fixtures/ordering.ts';
import { until } from './fixtures/until.ts';
import { postgres } from './postgres-store.ts';

let server: PostgresServer;
before(async () => {
  server = await startPostgres({ settings: { max_prepared_transactions: 5 } });
});
after(() => server.close());

test('health names the process that holds readers up for longer than a second, and for how long', async (t) => {
  const { health, publish, url } = await scene(t);
  const stuck = await HeldWriter.begin(url);
  await stuck.append(1);
  const [alone] = (await health()).contexts;
  await publish();

  const held = await untilHeld(health);
  await stuck.rollback();

  const [context] = held.contexts;
  assert.equal(alone?.heldBy, null);
  assert.equal(held.status, 'red');
  assert.equal(context?.heldBy?.pid, stuck.pid);
  assert.ok((context?.heldBy?.heldMs ?? 0) >= 1_000);
  assert.match(
    wordsOf(held),
    new RegExp(`^held \\d+ s by pid ${stuck.pid}, a held writer, idle in transaction$`),
  );
  await until(async () => assert.equal((await health()).status, 'green'));
});

test('health names a prepared transaction that holds readers up', async (t) => {
  const { health, publish, url } = await scene(t);
  const writer = await HeldWriter.begin(url);
  await writer.append(1);
  await writer.query(`prepare transaction 'the orders of monday'`);
  await writer.close();
  await publish();

  const held = await untilHeld(health);
  await queryOnce(url, `commit prepared 'the orders of monday'`);

  assert.equal(held.status, 'red');
  assert.match(wordsOf(held), /^held \d+ s by the prepared transaction "the orders of monday"$/);
  await until(async () => assert.equal((await health()).status, 'green'));
});

test('writers that hold it for a moment each are no trouble', async (t) => {
  const { health, publish, url } = await scene(t);
  const end = performance.now() + 1_500;
  let before = await HeldWriter.begin(url);
  await before.append(1);
  while (performance.now() < end) {
    const next = await HeldWriter.begin(url);
    await next.append(1);
    await before.commit();
    before = next;
    await publish();
  }

  const { status } = await health();
  await before.commit();

  assert.equal(status, 'green');
});

function wordsOf({ contexts }: Health): string {
  const all = contexts.flatMap(({ subscriptions }) => subscriptions);
  return all.find(({ name }) => name === 'the end of the log')?.stalledWhy ?? '';
}

async function untilHeld(health: () => Promise<Health>): Promise<Health> {
  let held: Health | undefined;
  await until(async () => {
    held = await health();
    assert.notEqual(held.contexts[0]?.heldBy, null);
  });
  return held as Health;
}

async function scene(t: TestContext) {
  const url = await server.createDatabase();
  const app = await start(t, [ordering], { store: postgres(url) });
  let count = 0;
  return {
    url,
    health: () => app.health(),
    publish: () =>
      app.transaction(ordering, (tx) =>
        tx.publish(OrderPlaced, { orderId: `o-${(count += 1)}`, by: 'x' }),
      ),
  };
}
