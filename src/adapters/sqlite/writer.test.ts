import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { systemHost } from '../../host/host.ts';
import { Changes } from './changes.ts';
import { type Connection, type Durability, openWriter } from './connection.ts';
import { migrate } from './log-file.ts';
import { Writer } from './writer.ts';

const mark = { source: 'billing', epoch: 'e', position: 1 };

let directory: string;
let connection: Connection;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'thereupon-'));
});

afterEach(() => {
  connection.close();
  rmSync(directory, { recursive: true, force: true });
});

test('what cannot be repeated is synced, however often what can be was committed before', async () => {
  const writer = writerOf('full');
  const levels: unknown[] = [];

  for (const isRepeatable of [true, false, true, false, true, true, false]) {
    await writer.commit([{ marks: [mark], isRepeatable }]);
    levels.push(synchronous());
  }
  await writer.commit([{ marks: [mark], isRepeatable: true }, { marks: [mark] }]);
  levels.push(synchronous());

  assert.deepEqual(levels, [NORMAL, FULL, NORMAL, FULL, NORMAL, NORMAL, FULL, FULL]);
});

test('a change of its own is synced, unless it would be made again', async () => {
  const writer = writerOf('full');
  const levels: unknown[] = [];

  await writer.changeRepeatable(() => undefined);
  levels.push(synchronous());
  await writer.change(() => undefined);
  levels.push(synchronous());
  await writer.changeRepeatable(() => undefined);
  levels.push(synchronous());

  assert.deepEqual(levels, [NORMAL, FULL, NORMAL]);
});

test('a store that was asked for less syncs nothing', async () => {
  const writer = writerOf('normal');

  await writer.commit([{ marks: [mark] }]);

  assert.equal(synchronous(), NORMAL);
});

const NORMAL = 1;
const FULL = 2;

function synchronous(): unknown {
  return connection.database.prepare('pragma synchronous').get()?.['synchronous'];
}

function writerOf(durability: Durability): Writer {
  const where = { context: 'ordering', path: join(directory, 'ordering.sqlite') };
  const host = systemHost();
  connection = openWriter(where.path, durability);
  migrate(connection, where, host.ids);
  const options = {
    where,
    host,
    changes: new Changes(),
    durability,
    transactionTimeoutMs: 1_000,
  };
  return new Writer(options, connection, () => {});
}
