import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { systemHost } from '../../host/host.ts';
import { Changes } from './changes.ts';
import { type Durability, openWriter } from './connection.ts';
import { migrate } from './log-file.ts';
import { reading } from './reading.ts';
import { StoreNotSyncedError } from './errors.ts';
import { openSqliteLog } from './sqlite-log.ts';
import { Writer } from './writer.ts';

const mark = { source: 'billing', contract: 'c', epoch: 'e', position: 1 };

let directory: string;
let writer: Writer;
let disk: Disk;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'thereupon-'));
});

afterEach(async () => {
  await writer.close();
  rmSync(directory, { recursive: true, force: true });
});

test('what cannot be repeated is synced, however often what can be was committed before', async () => {
  open('full');
  const synced: boolean[] = [];

  for (const isRepeatable of [true, false, true, false, true, true, false])
    synced.push(await syncs(() => writer.commit([{ marks: [mark], isRepeatable }])));
  const mixed = [{ marks: [mark], isRepeatable: true }, { marks: [mark] }];
  synced.push(await syncs(() => writer.commit(mixed)));

  assert.deepEqual(synced, [false, true, false, true, false, false, true, true]);
});

test('a change of its own is synced, unless it would be made again', async () => {
  open('full');

  const synced = [
    await syncs(() => writer.changeRepeatable(() => undefined)),
    await syncs(() => writer.change(() => undefined)),
    await syncs(() => writer.transaction(async () => ({ result: 1, writeSet: {} }))),
  ];

  assert.deepEqual(synced, [false, true, true]);
});

test('a store that was asked for less syncs nothing', async () => {
  open('normal');

  assert.equal(await syncs(() => writer.commit([{ marks: [mark] }])), false);
});

test('a commit is answered when the disk has it, and the event loop goes on meanwhile', async () => {
  open('full');
  disk.hold();

  const committing = settledOf(writer.commit([{ marks: [mark] }]));
  await turns();
  const before = committing.isSettled();
  disk.letGo();
  await committing.promise;

  assert.equal(before, false);
});

test('nobody reads what the disk may lose', async () => {
  open('full');
  disk.hold();
  const committing = writer.commit([{ marks: [mark] }]);
  await turns();

  const asked = settledOf(marks());
  await turns();
  const before = asked.isSettled();
  disk.letGo();
  await committing;

  assert.equal(before, false);
  assert.deepEqual(await asked.promise, [mark]);
});

test('when the disk fails nobody is told of the commit, and nothing more is taken or read', async () => {
  open('full');
  disk.fail();
  const failed = { name: 'StoreNotSyncedError', code: 'store-not-synced', retryable: false };

  await assert.rejects(writer.commit([{ marks: [mark] }]), failed);

  disk.mend();
  await assert.rejects(writer.commit([{ marks: [mark] }]), failed);
  await assert.rejects(marks(), failed);
});

test('a log is not opened before what is in it is on the disk', async () => {
  open('full');
  disk.fail();
  const { options } = writer;
  await writer.close();

  await assert.rejects(openSqliteLog(options), { name: 'StoreNotSyncedError' });

  disk.mend();
  const before = disk.syncs;
  const log = await openSqliteLog(options);
  await log.close();
  assert.equal(disk.syncs, before + 1);
});

/** A disk that can be slow, and can fail. */
class Disk {
  syncs = 0;
  #error: Error | undefined;
  #held: PromiseWithResolvers<void> | undefined;

  readonly wal = {
    sync: async (): Promise<void> => {
      this.syncs += 1;
      await this.#held?.promise;
      if (this.#error !== undefined) throw this.#error;
    },
    close: (): void => undefined,
  };

  hold(): void {
    this.#held = Promise.withResolvers();
  }

  letGo(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  fail(): void {
    this.#error = new StoreNotSyncedError(writer.options.where, new Error('EIO'));
  }

  mend(): void {
    this.#error = undefined;
  }
}

function open(durability: Durability): void {
  const where = { context: 'ordering', path: join(directory, 'ordering.sqlite') };
  const host = systemHost();
  const connection = openWriter(where.path);
  migrate(connection, where, host.ids);
  disk = new Disk();
  const rest = { changes: new Changes(), wal: disk.wal, transactionTimeoutMs: 1_000 };
  writer = new Writer({ where, host, durability, ...rest }, connection, () => {});
}

async function syncs(work: () => Promise<unknown>): Promise<boolean> {
  const before = disk.syncs;
  await work();
  return disk.syncs > before;
}

function marks() {
  const { where, host } = writer.options;
  const asked = { connection: () => writer.connection(), durable: () => writer.durable() };
  return reading(where, host.clock, asked).marks();
}

function settledOf<T>(promise: Promise<T>) {
  let isSettled = false;
  void promise.then(() => (isSettled = true));
  return { promise, isSettled: () => isSettled };
}

async function turns(): Promise<void> {
  const { clock } = writer.options.host;
  for (let turn = 0; turn < 5; turn += 1) await clock.turn();
}
