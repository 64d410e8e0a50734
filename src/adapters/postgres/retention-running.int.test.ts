/** Old messages go while applications run, and whoever needs one that is gone says so. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { committed, outgoing } from '../../conformance/log/samples.ts';
import { type Clock, systemClock } from '../../host/clock.ts';
import type { LogEvent, LogLine } from '../../telemetry/logger.ts';
import type { BoundedContext } from '../../context/bounded-context.ts';
import type { RunOptions } from '../../runtime/run-options.ts';
import { start, until } from '../../runtime/fixtures/start.ts';
import { OrderPlaced, listening, ordering, query } from './fixtures/ordering.ts';
import { postgres } from './postgres-store.ts';

const server = await sharedPostgres();
const KEEP = { keepPositions: 20 };
const SMALL = { outgoing: KEEP, incoming: KEEP, partitionPositions: 10 };
/** What comes every five minutes comes at once, and so does the first time of it. */
const real = systemClock();
const often: Clock = {
  ...real,
  after: (delayMs, then) =>
    real.after(delayMs === 30_000 || delayMs === 300_000 ? 200 : delayMs, then),
};

test('while it runs, messages go that everybody has taken in and handled', async (t) => {
  const { url, running } = await place(t);
  const heard: string[] = [];
  const { app, named } = await running([ordering, listening((id) => heard.push(id))], {
    host: { clock: often },
  });
  const of = (context: string) =>
    named('records-dropped').filter((line) => line.context === context);

  for (let count = 0; of('ordering').length === 0 || of('listening').length === 0; count += 1) {
    const data = { orderId: `o-${count}`, by: 'everybody' };
    await app.transaction(ordering, (tx) => tx.publish(OrderPlaced, data));
    await until(() => heard.length === count + 1, 10_000);
  }

  assert.equal(of('ordering')[0]?.['direction'], 'outgoing');
  assert.equal(of('listening')[0]?.['direction'], 'incoming');
  const [left] = await query<{ count: string }>(url, 'select count(*) from "ordering".log');
  assert.ok(Number(left?.count) < heard.length);
});

test('a context that stands before what is gone takes nothing more until it is told to', async (t) => {
  const { url, running, store } = await place(t);
  const heard: string[] = [];
  const contexts = [ordering, listening((id) => heard.push(id))];
  const first = await running(contexts);
  await first.app.transaction(ordering, (tx) =>
    tx.publish(OrderPlaced, { orderId: 'first', by: 'everybody' }),
  );
  await first.app.settled();
  await first.app.stop();
  // As one in a database of its own would find it, which nobody sees.
  await query(url, `update "listening".marks set source = 'hidden'`);
  const missed = await publishAndRetain(store);
  await query(url, `update "listening".marks set source = 'ordering'`);

  const stalled: string[] = [];
  const { app, named } = await running(contexts, { onStalled: ({ why }) => stalled.push(why) });
  await until(() => stalled.length > 0);

  assert.match(stalled[0] ?? '', /has dropped messages after position 1 .*docs\/retention\.md/);
  assert.ok(named('trouble').some(({ code }) => code === 'records-dropped'));
  assert.deepEqual(heard, ['first']);
  await app.stop();

  const [gone] = await query<{ position: string }>(
    url,
    `select max(position) as position from "ordering".dropped
    where direction = 'outgoing' and type = 'ordering.OrderPlaced' group by type`,
  );
  await query(
    url,
    `update "listening".marks set position = ${gone?.position}
    where source = 'ordering' and contract = 'ordering.OrderPlaced'
      and position < ${gone?.position}`,
  );
  const repaired = await running(contexts);
  await repaired.app.settled();

  assert.deepEqual(heard, ['first', ...missed.slice(Number(gone?.position) - 1)]);
});

test('a context that listens for the first time takes in what is left, and says that more was there', async (t) => {
  const { running, store } = await place(t);
  const log = await store.open('ordering');
  await log.close();
  const published = await publishAndRetain(store);
  const heard: string[] = [];

  const { app, named } = await running([ordering, listening((id) => heard.push(id))]);
  await app.settled();

  const [line] = named('past-missing');
  assert.deepEqual([line?.['source'], line?.['contracts']], ['ordering', 'ordering.OrderPlaced']);
  const position = Number(line?.['position']);
  assert.ok(position > 0);
  assert.deepEqual(heard, published.slice(position));
});

/** Publishes without anybody who hears it, and lets old messages go; answers with all orders. */
async function publishAndRetain(store: ReturnType<typeof postgres>): Promise<readonly string[]> {
  const log = await store.open('ordering');
  const orders: string[] = [];
  for (let round = 0; round < 10; round += 1) {
    await log.retain?.();
    const ids = Array.from({ length: 10 }, (_, index) => `${round}-${index}`);
    await committed(log, {
      records: ids.map((orderId) =>
        outgoing({ data: JSON.stringify({ orderId, by: 'everybody' }) }),
      ),
    });
    orders.push(...ids);
  }
  await log.retain?.();
  await log.close();
  return orders;
}

async function place(t: TestContext) {
  const url = await server.createDatabase();
  const store = postgres(url, { retention: SMALL });
  const running = async (
    contexts: readonly BoundedContext[],
    options: Partial<RunOptions> = {},
  ) => {
    const lines: LogLine[] = [];
    const logger = { log: (line: LogLine) => void lines.push(line) };
    const app = await start(t, contexts, { store, logger, ...options });
    return { app, named: (event: LogEvent) => lines.filter((line) => line.event === event) };
  };
  return { url, store, running };
}
