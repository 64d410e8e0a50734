import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, test } from 'node:test';
import type { Log } from '../../log/log.ts';
import { TransactionEndedError } from '../../log/transaction-ended.ts';
import { TransactionTimeoutError } from './exclusive-transaction.ts';
import { sqlite } from './sqlite-store.ts';

const nothing = { result: undefined, writeSet: {} };
const mark = { source: 'billing', contract: 'c', epoch: 'e', position: 1 };

let directory: string;
let log: Log;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'thereupon-'));
  log = await sqlite(directory, { transactionTimeoutMs: 200 }).open('catalogue');
  await inTransaction((database) => database.exec('create table product (code text)'));
});

afterEach(async () => {
  await log.close();
  rmSync(directory, { recursive: true, force: true });
});

test("the user's own tables and the write set commit together", async () => {
  const done = await log.transaction(async (database) => {
    (database as DatabaseSync).exec("insert into product values ('A')");
    return { result: 42, writeSet: { marks: [mark] } };
  });

  assert.deepEqual(done, { result: 42, outcome: { kind: 'committed', positions: [] } });
  assert.deepEqual(await log.marks(), [mark]);
  assert.equal(await products(), 1);
});

test('an error in the work rolls back both and comes to the caller as it is', async () => {
  const refusal = new Error('no such product');

  const failed = await log
    .transaction(async (database) => {
      (database as DatabaseSync).exec("insert into product values ('A')");
      throw refusal;
    })
    .catch((error: unknown) => error);

  assert.equal(failed, refusal);
  assert.equal(await products(), 0);
});

test('nobody sees a transaction before it has committed, and other writers wait', async () => {
  const order: string[] = [];
  const transaction = log.transaction(async (database) => {
    (database as DatabaseSync).exec("insert into marks values ('shipping', 'c', 'e', 1)");
    await sleep(50);
    order.push(`transaction, marks seen beside it: ${(await log.marks()).length}`);
    return { result: undefined, writeSet: { marks: [mark] } };
  });

  const commit = log
    .commit([{ marks: [{ ...mark, position: 2 }] }])
    .then(() => order.push('commit'));
  await Promise.all([transaction, commit]);

  assert.deepEqual(order, ['transaction, marks seen beside it: 0', 'commit']);
  assert.deepEqual((await log.marks())[0], { ...mark, position: 2 });
});

test('work that takes too long is rolled back, and can write nothing afterwards', async () => {
  let late: unknown;
  let finished!: () => void;
  const end = new Promise<void>((resolve) => (finished = resolve));

  const failed = await log
    .transaction(async (database) => {
      (database as DatabaseSync).exec("insert into product values ('A')");
      await sleep(400);
      try {
        (database as DatabaseSync).exec("insert into product values ('B')");
      } catch (error) {
        late = error;
      }
      finished();
      return nothing;
    })
    .catch((error: unknown) => error);
  await log.commit([{ marks: [mark] }]);
  await end;

  assert.ok(failed instanceof TransactionTimeoutError);
  assert.equal(failed.timeoutMs, 200);
  assert.match(String(late), /not open/);
  assert.equal(await products(), 0);
});

test('work that commits by itself is an error, and its write set is not appended', async () => {
  const failed = await log
    .transaction(async (database) => {
      (database as DatabaseSync).exec('commit; begin');
      return { result: undefined, writeSet: { marks: [mark] } };
    })
    .catch((error: unknown) => error);

  assert.ok(failed instanceof TransactionEndedError);
  assert.deepEqual(await log.marks(), []);
  assert.equal(await products(), 0);
});

test('a write set that meets a conflict rolls the work back', async () => {
  const done = await log.transaction(async (database) => {
    (database as DatabaseSync).exec("insert into product values ('A')");
    return { result: 1, writeSet: { expects: [{ stream: 'product-A', version: 3 }] } };
  });

  assert.deepEqual(done.outcome, {
    kind: 'conflict',
    stream: 'product-A',
    expected: 3,
    actual: 0,
  });
  assert.equal(await products(), 0);
});

async function inTransaction(work: (database: DatabaseSync) => void): Promise<void> {
  await log.transaction(async (database) => {
    work(database as DatabaseSync);
    return nothing;
  });
}

async function products(): Promise<number> {
  const { result } = await log.transaction(async (database) => {
    const row = (database as DatabaseSync).prepare('select count(*) as count from product').get();
    return { result: row?.['count'] as number, writeSet: {} };
  });
  return result;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
