import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { outgoing } from '../../conformance/log/samples.ts';
import { systemHost } from '../../host/host.ts';
import { Changes } from './changes.ts';
import { type Connection, openWriter } from './connection.ts';
import { migrate } from './log-file.ts';
import { WalSync } from './wal-sync.ts';
import { Writer } from './writer.ts';

let directory: string;
let connection: Connection;
let writer: Writer;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'thereupon-'));
  const where = { context: 'ordering', path: join(directory, 'ordering.sqlite') };
  const host = systemHost();
  connection = openWriter(where.path);
  migrate(connection, where, host.ids);
  const changes = new Changes();
  const options = {
    where,
    host,
    changes,
    durability: 'full',
    wal: new WalSync(where),
    transactionTimeoutMs: 5_000,
  } as const;
  writer = new Writer(options, connection, () => undefined);
});

afterEach(async () => {
  await writer.close();
  rmSync(directory, { recursive: true, force: true });
});

test('the last record stays, whoever deletes: its position would be given out again', async () => {
  await writer.commit([{ records: [outgoing(), outgoing(), outgoing()] }]);

  const remove = (sql: string) => () => connection.database.exec(sql);

  assert.throws(remove('delete from log where position = 3'), /last record/);
  assert.throws(remove('delete from log'), /last record/);
  assert.doesNotThrow(remove('delete from log where position < 3'));
});

test('positions that were rolled back leave no hole, and none is given out twice', async () => {
  const known = outgoing();
  await writer.commit([{ records: [known] }]);

  // The second of these is known, so that nothing of the commit is kept.
  await assert.rejects(writer.commit([{ records: [outgoing(), known] }]));
  const [outcome] = await writer.commit([{ records: [outgoing(), outgoing()] }]);

  assert.deepEqual(outcome, { kind: 'committed', positions: [2, 3] });
});
