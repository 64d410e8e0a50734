import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, test } from 'node:test';
import { Connection } from './connection.ts';
import {
  createModel,
  fieldExpression,
  models,
  putAway,
  quoted,
  removeSomePutAway,
  tableOfModel,
} from './model-tables.ts';
import { sqlite } from './sqlite-store.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'thereupon-'));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('names that SQLite would take for one table are two models', () => {
  const connection = new Connection(new DatabaseSync(':memory:'));
  const names = ['a@1', 'A@1', '^a@1', 'a"b', "a'b", 'a\nb', 'a\0b', 'a^0b', '😀', 'log', ''];

  for (const name of names) createModel(connection, name, ['status']);

  assert.deepEqual(new Set(models(connection)), new Set(names));
  connection.close();
});

test('a query on an indexed field uses its index, whatever the name of the field', () => {
  const connection = new Connection(new DatabaseSync(':memory:'));
  const fields = ['status', 'a"b', "it's", '😀', 'a.b', '$', 'a\\b', 'a\nb'];
  createModel(connection, 'orders@1', fields);
  const table = quoted(tableOfModel('orders@1'));

  for (const field of fields) {
    const insert = connection.database.prepare(`insert or replace into ${table} values (?, ?)`);
    insert.run('1', JSON.stringify({ [field]: 'here' }));
    const sql = `select key from ${table} where ${fieldExpression(field)} = 'here'`;
    const plan = connection.database.prepare(`explain query plan ${sql}`).get()?.['detail'];

    assert.match(String(plan), /SEARCH .* USING (COVERING )?INDEX/s, field);
    assert.equal(connection.database.prepare(sql).all().length, 1, field);
  }
  connection.close();
});

test('defining a model again adds the indexes that are missing, and no others', () => {
  const connection = new Connection(new DatabaseSync(':memory:'));
  createModel(connection, 'orders@1', ['status']);

  createModel(connection, 'orders@1', ['status', 'country']);
  createModel(connection, 'orders@1', ['country', 'status']);

  assert.equal(indexCount(connection, 'orders@1'), 2);
  connection.close();
});

test('what was put away goes in pieces, also of several of one name; what is new under it stays', () => {
  const connection = new Connection(new DatabaseSync(':memory:'));
  const fill = (count: number): void => {
    createModel(connection, 'Orders@1', ['status']);
    const table = quoted(tableOfModel('Orders@1'));
    const insert = connection.database.prepare(`insert into ${table} values (?, ?)`);
    for (let each = 0; each < count; each += 1) insert.run(String(each), '{"status":"new"}');
  };
  fill(25);
  putAway(connection, 'Orders@1');
  assert.deepEqual(models(connection), []);
  fill(10);
  putAway(connection, 'Orders@1');
  putAway(connection, 'Orders@1');
  fill(3);

  let pieces = 0;
  while (removeSomePutAway(connection, 10)) pieces += 1;

  // 10, 10, 5 and 10, 0: who finds fewer than it may remove has come to the end.
  assert.equal(pieces, 5);
  const left = connection.database.prepare("select name from sqlite_schema where type = 'table'");
  assert.deepEqual(
    left.all().map((row) => row['name']),
    [tableOfModel('Orders@1')],
  );
  const count = `select count(*) as count from ${quoted(tableOfModel('Orders@1'))}`;
  assert.equal(connection.database.prepare(count).get()?.['count'], 3);
  connection.close();
});

test('a model that took the place of another keeps its indexes, and leaves their names free', async () => {
  const log = await sqlite(directory).open('ordering');
  await log.defineModel('orders@1', ['status']);
  await log.defineModel('orders@1 rebuilt', ['status']);
  await log.commit([
    { documents: [{ model: 'orders@1 rebuilt', key: '1', text: '{"status":"new"}' }] },
  ]);

  await log.replaceModel({ from: 'orders@1 rebuilt', to: 'orders@1' });
  await log.defineModel('orders@1', ['status']);
  await log.defineModel('orders@1 rebuilt', ['status']);

  assert.equal(await log.document('orders@1', '1'), '{"status":"new"}');
  await log.close();
  const connection = new Connection(new DatabaseSync(join(directory, 'ordering.sqlite')));
  assert.equal(indexCount(connection, 'orders@1'), 1);
  assert.equal(indexCount(connection, 'orders@1 rebuilt'), 1);
  connection.close();
});

test('a query may ask for thousands of values, of any kind', async () => {
  const log = await sqlite(directory).open('ordering');
  await log.defineModel('orders@1', ['status']);
  const documents = [1, true, 'a"b', null, '1'].map((status, index) => ({
    model: 'orders@1',
    key: `${index}`,
    text: JSON.stringify({ status }),
  }));
  await log.commit([{ documents }]);
  const many = Array.from({ length: 5_000 }, (_, index) => `value ${index}`);

  const found = await log.findDocuments('orders@1', {
    where: [{ field: 'status', operator: 'in', value: [...many, 'a"b', null, '1'] }],
    limit: 10,
  });

  assert.deepEqual(
    found.map((document) => document.key),
    ['2', '3', '4'],
  );
  await log.close();
});

function indexCount(connection: Connection, model: string): unknown {
  return connection.database
    .prepare(
      "select count(*) as count from sqlite_schema where type = 'index' and tbl_name = ? and sql is not null",
    )
    .get(tableOfModel(model))?.['count'];
}
