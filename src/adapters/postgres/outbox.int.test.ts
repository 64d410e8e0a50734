/** Publishing from transactions of the application's own, through each library that it may use. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import pg from 'pg';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { NotPublishedHereError } from '../../context/outgoing-record.ts';
import { contract } from '../../contract/contract.ts';
import { ContractViolationError } from '../../contract/validate.ts';
import type { Host } from '../../host/host.ts';
import { LogMissingError, NotInTransactionError } from '../../log/staging.ts';
import type { Fact, Recorded } from '../../message/fact.ts';
import { rejection, start, until } from '../../runtime/fixtures/start.ts';
import { InvalidOptionError } from '../../runtime/invalid-option.ts';
import { outbox } from '../../runtime/outbox.ts';
import { InsideHandlerError } from '../../subscription/in-handler.ts';
import { libraries } from './fixtures/libraries.ts';
import {
  OrderPlaced,
  createOrders,
  listening,
  ordering,
  ordersIn,
  query,
} from './fixtures/ordering.ts';
import { neverPolling, oftenPolling } from './fixtures/polling.ts';
import { postgres } from './postgres-store.ts';
import { withPg } from './with-pg.ts';

const server = await sharedPostgres();

for (const [name, openLibrary] of Object.entries(libraries)) {
  test(`${name}: a commit publishes once, in order, with the application's own rows`, async (t) => {
    const { library, heard, url } = await shop(t, openLibrary);

    await library.transaction(async (tx) => {
      for (const id of ['o-3', 'o-1', 'o-2']) {
        await tx.insert(id);
        await tx.publish(id);
      }
    });
    await library.transaction((tx) => tx.publish('o-4'));
    await heardOf(heard, 4);

    assert.deepEqual(heard, ['o-3', 'o-1', 'o-2', 'o-4']);
    assert.deepEqual(await ordersIn(url), ['o-1', 'o-2', 'o-3']);
  });

  test(`${name}: what is rolled back, altogether or to a savepoint, is never published`, async (t) => {
    const { library, heard, url } = await shop(t, openLibrary);
    const fail = async (): Promise<never> => Promise.reject(new Error('changed my mind'));

    const undone = library.transaction(async (tx) => {
      await tx.insert('o-1');
      await tx.publish('o-1');
      await fail();
    });
    await assert.rejects(undone, /changed my mind/);
    await library.transaction(async (tx) => {
      await tx.publish('o-2');
      const inner = tx.savepoint(async () => {
        await tx.insert('o-3');
        await tx.publish('o-3');
        await fail();
      });
      await assert.rejects(inner, /changed my mind/);
      await tx.savepoint(async () => void (await tx.publish('o-4')));
      await tx.publish('o-5');
    });
    await heardOf(heard, 3);

    assert.deepEqual(heard, ['o-2', 'o-4', 'o-5']);
    assert.deepEqual(await ordersIn(url), []);
  });

  for (const isolation of ['repeatable read', 'serializable'])
    test(`${name}: a database whose default is ${isolation} is fine`, async (t) => {
      const { library, heard } = await shop(t, openLibrary, { isolation });

      for (const id of ['o-1', 'o-2'])
        await library.transaction(async (tx) => {
          await tx.insert(id);
          await tx.publish(id);
        });
      await heardOf(heard, 2);

      assert.deepEqual(heard, ['o-1', 'o-2']);
    });

  test(`${name}: a transaction that stays open delays neither readers nor other writers`, async (t) => {
    const { library, heard } = await shop(t, openLibrary);

    await library.transaction(async (slow) => {
      await slow.publish('slow');
      await library.transaction((quick) => quick.publish('quick'));
      await heardOf(heard, 1);
    });
    await heardOf(heard, 2);

    assert.deepEqual(heard, ['quick', 'slow']);
  });

  test(`${name}: a connection that is killed in the middle publishes nothing, the next one does`, async (t) => {
    const { library, heard, url } = await shop(t, openLibrary);

    const killed = library.transaction(async (tx) => {
      await tx.insert('o-1');
      await tx.publish('o-1');
      await query(url, 'select pg_terminate_backend($1, 5000)', [await tx.pid()]);
      await library.hasLost;
    });
    await assert.rejects(killed);
    await library.transaction((tx) => tx.publish('o-2'));
    await heardOf(heard, 1);

    assert.deepEqual(heard, ['o-2']);
    assert.deepEqual(await ordersIn(url), []);
  });

  test(`${name}: outside of a transaction nothing is published, and it says so`, async (t) => {
    const { library, heard } = await shop(t, openLibrary);

    const error = await rejection(library.publishOutside(), NotInTransactionError);
    await library.transaction((tx) => tx.publish('o-2'));
    await heardOf(heard, 1);

    assert.match(error.message, /is no transaction/);
    assert.deepEqual(heard, ['o-2']);
  });

  test(`${name}: what is published in this process is heard here although nobody polls`, async (t) => {
    const { library, heard } = await shop(t, openLibrary, { host: { clock: neverPolling() } });

    for (let count = 1; count <= 5; count += 1) {
      await library.transaction((tx) => tx.publish(`o-${count}`));
      await heardOf(heard, count);
    }

    assert.deepEqual(heard, ['o-1', 'o-2', 'o-3', 'o-4', 'o-5']);
  });
}

test('what was committed before is part of what has settled, whichever store it was published by', async (t) => {
  const clock = neverPolling();
  const { app, url, heard, store } = await shop(t, libraries['pg'], { host: { clock } });
  const count = 20;

  for (const by of [store, postgres(url)]) {
    const orders = outbox(ordering, { store: by, library: withPg });
    for (let index = 0; index < count; index += 1) {
      const before = heard.length;
      await inPgTransaction(url, (client) =>
        orders.publish(client, OrderPlaced, { orderId: `o-${index}`, by: 'x' }),
      );
      await app.settled();
      assert.equal(heard.length, before + 1);
    }
  }
});

test('a message is told apart, caused and timed as all others are', async (t) => {
  const events: Recorded<Fact>[] = [];
  const { url, store } = await shop(t, libraries['pg'], { events });
  const orders = outbox(ordering, { store, library: withPg });
  const cause = {
    occurredAt: '2011-12-09T12:50:00.000Z',
    correlationId: 'action-1',
    causationId: 'request-1',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    metadata: { user: 'u-1' },
  };

  const [plain, caused] = await inPgTransaction(url, async (client) => [
    await orders.publish(client, OrderPlaced, { orderId: 'o "é\u0000 \ud800', by: 'x' }),
    await orders.publish(client, OrderPlaced, { orderId: 'o-2', by: 'x' }, cause),
  ]);
  await heardOf(events, 2);

  const [first, second] = events;
  assert.deepEqual(
    events.map(({ id, correlationId }) => ({ id, correlationId })),
    [plain, caused],
  );
  assert.match(first?.id ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  assert.deepEqual(first?.data, { orderId: 'o "é\u0000 \ud800', by: 'x' });
  assert.ok(Date.now() - Date.parse(first?.occurredAt ?? '') < 60_000);
  assert.deepEqual(first?.metadata, {});
  assert.equal(second?.occurredAt, cause.occurredAt);
  assert.equal(second?.causationId, cause.causationId);
  assert.equal(second?.correlationId, cause.correlationId);
  assert.deepEqual(second?.metadata, cause.metadata);
  const [stored] = await query<{ key: string; traceparent: string }>(
    url,
    `select key, traceparent from "ordering".log where id = $1`,
    [caused?.id],
  );
  assert.deepEqual(stored, { key: 'x', traceparent: cause.traceparent });
});

test('what does not fit its contract, or is not published here, never reaches the database', async (t) => {
  const { url, store } = await shop(t, libraries['pg']);
  const orders = outbox(ordering, { store, library: withPg });
  const Other = contract('ordering.Other', {
    version: 1,
    schema: OrderPlaced.schema,
    key: (data) => data.by,
  });
  const data = { orderId: 'o-1', by: 'x' };

  await inPgTransaction(url, async (client) => {
    // @ts-expect-error -- a number is no text
    const unfit = orders.publish(client, OrderPlaced, { orderId: 1, by: 'x' });
    await rejection(unfit, ContractViolationError);
    await rejection(orders.publish(client, Other, data), NotPublishedHereError);
    const long = orders.publish(client, OrderPlaced, data, { causationId: 'x'.repeat(300) });
    await rejection(long, InvalidOptionError);
    // The transaction is as good as before.
    await client.query('select 1');
  });
});

test('a context without a log in that database is named, with what to do', async () => {
  const url = await server.createDatabase();
  const orders = outbox(ordering, { store: postgres(url), library: withPg });
  const data = { orderId: 'o-1', by: 'x' };

  const error = await rejection(
    inPgTransaction(url, (client) => orders.publish(client, OrderPlaced, data)),
    LogMissingError,
  );

  assert.match(error.message, /"ordering" has no log .* Start the application/);
});

test('inside of a handler the tool is named that commits with it', async (t) => {
  const { app, url, store } = await shop(t, libraries['pg']);
  const orders = outbox(ordering, { store, library: withPg });

  const inside = app.transaction(ordering, () =>
    inPgTransaction(url, (client) =>
      orders.publish(client, OrderPlaced, { orderId: 'o-1', by: 'x' }),
    ),
  );

  assert.match((await rejection(inside, InsideHandlerError)).message, /Use "publish"/);
});

test('a process that only publishes opens nothing, and those that run find it by themselves', async (t) => {
  const { clock } = oftenPolling();
  const { url, heard } = await shop(t, libraries['pg'], { host: { clock } });
  const orders = outbox(ordering, { store: postgres(url), library: withPg });

  await inPgTransaction(url, (client) =>
    orders.publish(client, OrderPlaced, { orderId: 'o-1', by: 'x' }),
  );
  await heardOf(heard, 1);

  assert.deepEqual(heard, ['o-1']);
});

/** However busy the machine is. */
async function heardOf(heard: readonly unknown[], count: number): Promise<void> {
  await until(() => heard.length >= count, 20_000);
}

async function shop(
  t: TestContext,
  openLibrary: (typeof libraries)[string] | undefined,
  options: {
    readonly isolation?: string;
    readonly events?: Recorded<Fact>[];
    readonly host?: Partial<Host>;
  } = {},
) {
  const url = await server.createDatabase();
  await createOrders(url);
  if (options.isolation !== undefined) {
    const database = new URL(url).pathname.slice(1);
    await query(
      url,
      `alter database "${database}" set default_transaction_isolation = '${options.isolation}'`,
    );
  }
  const store = postgres(url, { host: options.host ?? {} });
  const heard: string[] = [];
  const hear = (orderId: string, event: Recorded<Fact>): void => {
    heard.push(orderId);
    options.events?.push(event);
  };
  const app = await start(t, [ordering, listening(hear)], { store });
  assert.ok(openLibrary !== undefined);
  const library = openLibrary(url, store);
  t.after(() => library.close());
  return { app, library, heard, url, store };
}

async function inPgTransaction<T>(
  url: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } finally {
    await client.end();
  }
}
