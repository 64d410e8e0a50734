import { existsSync } from 'node:fs';
import type { Log } from '../../log/log.ts';
import { ChangeWatcher } from './changes.ts';
import { type Connection, openWriter } from './connection.ts';
import { translate } from './errors.ts';
import { forgetCommands } from './kept-queries.ts';
import { migrate, readMeta, writeMeta } from './log-file.ts';
import { createModel, putAway, removeSomePutAway, renameModel } from './model-tables.ts';
import { acquireOwnerLock, type Owner } from './owner-lock.ts';
import { claimRanges, forgetReceived, holds, raiseFloors } from './progress-queries.ts';
import { reading } from './reading.ts';
import { assertNotBehind } from './restored-log.ts';
import { inTransaction, unlessBusy } from './transaction.ts';
import { Writer, type WriterOptions } from './writer.ts';

const FORGOTTEN_AT_ONCE = 5_000;
const DOCUMENTS_AT_ONCE = 1_000;

/** Opens, and where needed creates, the log of a context as its one running owner. */
export async function openSqliteLog(options: WriterOptions): Promise<Log> {
  const { where } = options;
  const lock = await acquireOwnerLock(where, options.host.clock);
  try {
    return ownedLog(new Writer(options, await openOwned(options), lock.release));
  } catch (error) {
    lock.release();
    throw translate(error, where);
  }
}

async function openOwned(options: WriterOptions): Promise<Connection> {
  const { where, host } = options;
  const { clock } = host;
  const isNew = !existsSync(where.path);
  const connection = await unlessBusy(clock, where, () => openWriter(where.path));
  try {
    await inTransaction(connection, { where, clock }, () => {
      migrate(connection, where, host.ids);
      if (!isNew) assertNotBehind(connection, where);
      const owner: Owner = { pid: process.pid, startedAt: clock.now() };
      writeMeta(connection, 'owner', JSON.stringify(owner));
    });
    // What the owner before committed when it was killed may not be on the disk yet. From now on it is
    // built on: commands are answered by it, and neighbours take it in.
    if (options.durability !== 'normal') await options.wal.sync();
  } catch (error) {
    connection.close();
    options.wal.close();
    throw error;
  }
  return connection;
}

/** The port over a writer. */
function ownedLog(writer: Writer): Log {
  const { where, host, changes } = writer.options;
  const watcher = new ChangeWatcher({
    changes,
    isOwner: true,
    clock: host.clock,
    version: () => writer.foreignVersion(),
  });
  return {
    ...reading(where, host.clock, {
      connection: () => writer.connection(),
      durable: () => writer.durable(),
    }),
    context: where.context,
    epoch: readMeta(writer.connection(), 'epoch') ?? '',
    commit: (writeSets) => writer.commit(writeSets),
    transaction: (work) => writer.transaction(work),
    // Each start claims its ranges and defines its models: it need not wait for the disk.
    claim: (claim) => writer.changeRepeatable((connection) => claimRanges(connection, claim)),
    defineModel: (model, indexes) =>
      writer.changeRepeatable((connection) => createModel(connection, model, indexes)),
    async dropModel(model, subscription) {
      await writer.change((connection) => {
        putAway(connection, model);
        connection.prepared('delete from checkpoints where subscription = ?').run(subscription);
      });
      await removePutAway(writer);
    },
    async replaceModel({ from, to, fences = [] }) {
      const isReplaced = await writer.change((connection) => {
        if (!fences.every((fence) => holds(connection, fence))) return false;
        renameModel(connection, from, to);
        return true;
      });
      if (isReplaced) await removePutAway(writer);
      return isReplaced;
    },
    forget: (before) => forget(writer, before),
    onChange: (listener) => watcher.listen(listener),
    async close() {
      watcher.close();
      await writer.close();
    },
  };
}

/** In short transactions: whoever wants to commit something meanwhile comes between them. */
async function forget(writer: Writer, before: number): Promise<void> {
  await writer.change((connection) => raiseFloors(connection, before));
  for (const step of [forgetReceived, forgetCommands]) {
    let count = FORGOTTEN_AT_ONCE;
    while (count === FORGOTTEN_AT_ONCE) {
      count = await writer.change((connection) => step(connection, before, FORGOTTEN_AT_ONCE));
    }
  }
}

/**
 * In short transactions, too. What a process that ended has not come to is removed with the next
 * read model that goes.
 */
async function removePutAway(writer: Writer): Promise<void> {
  const some = (connection: Connection) => removeSomePutAway(connection, DOCUMENTS_AT_ONCE);
  while (await writer.changeRepeatable(some));
}
