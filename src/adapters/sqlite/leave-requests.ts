import { existsSync } from 'node:fs';
import type { Clock } from '../../host/clock.ts';
import type { Requests } from '../../log/store.ts';
import { openWriter } from './connection.ts';
import { translate, type Where } from './errors.ts';
import { keepOperation } from './kept-queries.ts';
import { recognise } from './log-file.ts';
import { inTransaction, unlessBusy } from './transaction.ts';
import { removeWaiting, writeWaiting } from './waiting-queries.ts';
import { syncWalOf } from './wal-sync.ts';

/**
 * Writes rows of the waiting table beside the log's owner, which sees by `data_version` that somebody
 * has. Nothing of what an owner keeps in memory rests on these rows.
 */
export async function leaveRequests(
  where: Where,
  clock: Clock,
  { left = [], takenBack = [], operations = [] }: Requests,
): Promise<boolean> {
  // Opening it would make one.
  if (!existsSync(where.path)) return false;
  try {
    const connection = await unlessBusy(clock, where, () => openWriter(where.path));
    try {
      const isThere = await inTransaction(connection, { where, clock }, () => {
        if (recognise(connection, where) === 0) return false;
        for (const row of left) writeWaiting(connection, row);
        for (const key of takenBack) removeWaiting(connection, key);
        for (const operation of operations) keepOperation(connection, operation);
        return true;
      });
      if (isThere) await syncWalOf(where);
      return isThere;
    } finally {
      connection.close();
    }
  } catch (error) {
    throw translate(error, where);
  }
}
