import { mkdirSync } from 'node:fs';
import { type Host, systemHost } from '../../host/host.ts';
import type { Store } from '../../log/store.ts';
import { Changes } from './changes.ts';
import type { Durability } from './connection.ts';
import { diagnosisOf } from './diagnosis.ts';
import { StoreReadOnlyError, StoreFullError, type Where } from './errors.ts';
import { leaveRequests } from './leave-requests.ts';
import { placeOf } from './log-file.ts';
import { newEpoch } from './new-epoch.ts';
import { refuseNetworkFileSystem } from './network-file-system.ts';
import { openSqliteLog } from './sqlite-log.ts';
import { WalSync } from './wal-sync.ts';
import { sqlitePublished, sqliteReader } from './sqlite-reader.ts';

/** How the embedded store keeps its files. */
export interface SqliteOptions {
  /**
   * full (default): a commit is on the disk when it answers. normal: several times as fast, but a
   * power cut may take the last commits, never a part of one; the end of the process takes none.
   */
  readonly durability?: Durability;
  /** How long `transaction` may take before it is rolled back. Default 5,000 ms. */
  readonly transactionTimeoutMs?: number;
  /** Time and ids; the machine's own by default. */
  readonly host?: Partial<Host>;
}

/**
 * The embedded store: one SQLite file a bounded context, `DIRECTORY/CONTEXT.sqlite`, nothing to
 * install. One process at a time owns a context's file; any number may read beside it.
 *
 * @example
 * const app = await run([ordering, billing], { store: sqlite('./data'), backbone: embedded() });
 */
export function sqlite(directory: string, options: SqliteOptions = {}): Store {
  const host = systemHost(options.host);
  const changesByContext = new Map<string, Changes>();
  // Those that look at a context in this process are woken by its owner in this process.
  const changesOf = (context: string): Changes => {
    const changes = changesByContext.get(context) ?? new Changes();
    changesByContext.set(context, changes);
    return changes;
  };
  const toRead = (context: string) => ({
    where: placeOf(directory, context),
    clock: host.clock,
    changes: changesOf(context),
  });
  return {
    name: `sqlite ${directory}`,
    async open(context) {
      const where = placeOf(directory, context);
      makeDirectory(directory, where);
      refuseNetworkFileSystem(directory);
      return openSqliteLog({
        where,
        host,
        changes: changesOf(context),
        durability: options.durability ?? 'full',
        wal: new WalSync(where),
        transactionTimeoutMs: options.transactionTimeoutMs ?? 5_000,
      });
    },
    reader: async (context) => sqliteReader(toRead(context)),
    published: async (context) => sqlitePublished(toRead(context)),
    leaveRequests: async (context, requests) =>
      leaveRequests(placeOf(directory, context), host.clock, requests),
    recover: (context, recovery = {}) => newEpoch(directory, context, { ...recovery, host }),
    diagnose: async (context) => diagnosisOf(directory, placeOf(directory, context)),
  };
}

function makeDirectory(directory: string, where: Where): void {
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw new StoreFullError(where, error);
    throw new StoreReadOnlyError(where, error);
  }
}
