import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { z } from 'zod';
import { memory } from '../adapters/memory/memory-store.ts';
import { sqlite } from '../adapters/sqlite/sqlite-store.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { NotPublishedHereError } from '../context/outgoing-record.ts';
import { contract } from '../contract/contract.ts';
import { ContractViolationError } from '../contract/validate.ts';
import type { Store } from '../log/store.ts';
import { PayloadNotJsonError } from '../message/payload.ts';
import { whenever } from '../reaction/whenever.ts';
import { InsideHandlerError } from '../subscription/in-handler.ts';
import type { Application } from './application.ts';
import { account, deposit } from './fixtures/banking.ts';
import { rejection, start } from './fixtures/start.ts';
import { CommandIdReusedError } from './handle-command.ts';
import type { Transaction } from './transaction.ts';

const Listed = contract('catalogue.Listed', {
  version: 1,
  schema: z.object({ product: z.string(), price: z.number() }),
  key: (data) => data.product,
});
const Unlisted = contract('catalogue.Unlisted', {
  version: 1,
  schema: z.object({ product: z.string() }),
  key: (data) => data.product,
});
type Tx = Transaction<DatabaseSync>;
const catalogue = boundedContext('catalogue', {
  publishes: [Listed],
  setUp: (database: DatabaseSync) => {
    database.exec('create table if not exists products (product text primary key, price integer)');
  },
});

for (const [name, open] of [
  ['memory', () => memory()],
  ['SQLite', (t: TestContext) => sqlite(directory(t))],
] as const) {
  test(`${name}: own tables and what is published commit together`, async (t) => {
    const { app, rows, seen } = await listing(t, open(t));

    const done = await app.transaction(catalogue, (tx: Tx) => {
      insert(tx, 'p-1', 100);
      tx.publish(Listed, { product: 'p-1', price: 100 });
      return 'listed';
    });
    await app.settled();

    assert.deepEqual([done.result, done.isRepeated], ['listed', false]);
    assert.match(done.token, /^catalogue:/);
    assert.deepEqual(await rows(), ['p-1']);
    assert.deepEqual(seen, ['p-1']);
  });

  test(`${name}: work that waits is waited for, and rolls back when it fails in the end`, async (t) => {
    const { app, rows, seen } = await listing(t, open(t));

    await app.transaction(catalogue, async (tx: Tx) => {
      insert(tx, 'p-1', 100);
      await Promise.resolve();
      tx.publish(Listed, { product: 'p-1', price: 100 });
    });
    await assert.rejects(
      app.transaction(catalogue, async (tx: Tx) => {
        insert(tx, 'p-2', 100);
        tx.publish(Listed, { product: 'p-2', price: 100 });
        await Promise.resolve();
        throw new Error('changed my mind');
      }),
      /changed my mind/,
    );
    await app.settled();

    assert.deepEqual(await rows(), ['p-1']);
    assert.deepEqual(seen, ['p-1']);
  });

  test(`${name}: what does not fit its contract, or is not published here, rolls all of it back`, async (t) => {
    const { app, rows, seen } = await listing(t, open(t));

    await rejection(
      app.transaction(catalogue, (tx: Tx) => {
        insert(tx, 'p-1', 100);
        tx.publish(Listed, { product: 'p-1', price: 'dear' as never });
      }),
      ContractViolationError,
    );
    await rejection(
      app.transaction(catalogue, (tx: Tx) => {
        insert(tx, 'p-1', 100);
        tx.publish(Unlisted, { product: 'p-1' });
      }),
      NotPublishedHereError,
    );
    await app.settled();

    assert.deepEqual(await rows(), []);
    assert.deepEqual(seen, []);
  });

  test(`${name}: the same command id is done once, also two at once and after a restart`, async (t) => {
    const store = open(t);
    const first = await listing(t, store);
    const list = (app: Application) =>
      app.transaction(
        catalogue,
        (tx: Tx) => {
          insert(tx, 'p-1', 100);
          tx.publish(Listed, { product: 'p-1', price: 100 });
          return { listed: tx.database.prepare('select count(*) as n from products').get()?.['n'] };
        },
        { commandId: 'c-1', asked: { list: 'p-1' } },
      );

    const both = await Promise.all([list(first.app), list(first.app)]);
    await first.app.settled();
    await first.app.stop();
    const second = await listing(t, store);
    const again = await list(second.app);

    assert.deepEqual(
      both.map(({ isRepeated }) => isRepeated),
      [false, true],
    );
    assert.equal(again.isRepeated, true);
    for (const { result } of [...both, again]) assert.deepEqual(result, { listed: 1 });
    assert.deepEqual(await second.rows(), ['p-1']);
    assert.deepEqual(first.seen, ['p-1']);
  });

  test(`${name}: a command id for which something else is asked is an error, and does nothing`, async (t) => {
    const { app, rows } = await listing(t, open(t));
    const list = (product: string, asked: unknown) =>
      app.transaction(catalogue, (tx: Tx) => insert(tx, product, 1), { commandId: 'c-1', asked });
    await list('p-1', { list: 'p-1', price: 1 });

    for (const asked of [{ list: 'p-2', price: 1 }, { unlist: 'p-1', price: 1 }, 'p-1', null])
      await rejection(list('p-2', asked), CommandIdReusedError);
    const again = await list('p-2', { price: 1, list: 'p-1' });

    assert.deepEqual([again.isRepeated, again.result], [true, undefined]);
    assert.deepEqual(await rows(), ['p-1']);
  });

  test(`${name}: what a named transaction is asked for and answers must be JSON, or it does nothing`, async (t) => {
    const { app, rows } = await listing(t, open(t));
    const list = (asked: unknown, result: unknown) =>
      app.transaction(catalogue, (tx: Tx) => (insert(tx, 'p-1', 1), result), {
        commandId: 'c-1',
        asked,
      });

    const problems = [
      [undefined, 1, /What is asked for under the commandId "c-1" is not JSON: it is undefined/],
      [{ prices: new Map() }, 1, /prices is a Map/],
      [1, { total: Number.NaN }, /The data of "the result of c-1" is not JSON: total is NaN/],
    ] as const;
    for (const [asked, result, message] of problems)
      assert.match((await rejection(list(asked, result), PayloadNotJsonError)).message, message);

    assert.deepEqual(await rows(), []);
    assert.deepEqual((await list(1, null)).result, null);
    assert.deepEqual(await list(1, 2).then(({ isRepeated, result }) => [isRepeated, result]), [
      true,
      null,
    ]);
  });

  test(`${name}: many at once follow each other`, async (t) => {
    const { app, rows, seen } = await listing(t, open(t));

    await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        app.transaction(catalogue, async (tx: Tx) => {
          insert(tx, `p-${index}`, index);
          await Promise.resolve();
          tx.publish(Listed, { product: `p-${index}`, price: index });
        }),
      ),
    );
    await app.settled();

    assert.equal((await rows()).length, 30);
    assert.equal(new Set(seen).size, 30);
    assert.equal(seen.length, 30);
  });

  test(`${name}: a contract of a system that is not ours keeps nothing from settling`, async (t) => {
    const External = contract('weather.Changed', {
      version: 1,
      schema: z.object({ id: z.string() }),
      key: (data) => data.id,
      origin: 'external',
    });
    const listening = boundedContext('listening', {
      reactions: [whenever('x', External, () => undefined)],
    });
    const app = await start(t, [listening], { store: open(t) });

    await app.settled({ timeoutMs: 2_000 });
  });
}

test('a command id used by a command is an error for a transaction, and the other way round', async (t) => {
  const context = boundedContext('banking', { aggregates: [account] });
  const app = await start(t, [context]);
  await app.handle(account, 'a', deposit(1), { commandId: 'c-1' });
  await app.transaction(context, () => undefined, { commandId: 'c-2', asked: null });

  await rejection(
    app.transaction(context, () => undefined, { commandId: 'c-1', asked: null }),
    CommandIdReusedError,
  );
  await rejection(app.handle(account, 'a', deposit(1), { commandId: 'c-2' }), CommandIdReusedError);
});

test('calling the application from inside a transaction names the tool to use instead', async (t) => {
  const { app } = await listing(t, memory());

  const error = await rejection(
    app.transaction(catalogue, () => app.transaction(catalogue, () => undefined)),
    InsideHandlerError,
  );

  assert.match(error.message, /Use "publish"/);
});

test('what is published after the transaction is over is refused', async (t) => {
  const { app, seen } = await listing(t, memory());
  const kept: { tx?: Tx } = {};

  await app.transaction(catalogue, (tx: Tx) => void (kept.tx = tx));

  assert.throws(() => kept.tx?.publish(Listed, { product: 'p', price: 1 }), {
    code: 'handler-over',
  });
  await app.settled();
  assert.deepEqual(seen, []);
});

test('a stop lets a transaction come to its end', async (t) => {
  const store = memory();
  const { app } = await listing(t, store);

  const done = app.transaction(catalogue, async (tx: Tx) => {
    insert(tx, 'p-1', 100);
    await new Promise((resolve) => setTimeout(resolve, 50));
  });
  await app.stop();
  await done;

  const { rows } = await listing(t, store);
  assert.deepEqual(await rows(), ['p-1']);
});

async function listing(t: TestContext, store: Store) {
  const seen: string[] = [];
  const look = whenever('look', Listed, (event) => void seen.push(event.data.product), {
    startFrom: 'beginning',
  });
  const app = await start(t, [catalogue, boundedContext('looking', { reactions: [look] })], {
    store,
  });
  return {
    app,
    seen,
    rows: async (): Promise<readonly unknown[]> => {
      const { result } = await app.transaction(catalogue, (tx: Tx) =>
        tx.database.prepare('select product from products order by product').all(),
      );
      return result.map((row) => row['product']);
    },
  };
}

function insert(tx: Tx, product: string, price: number): void {
  tx.database.prepare('insert into products values (?, ?)').run(product, price);
}

function directory(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), 'thereupon-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}
