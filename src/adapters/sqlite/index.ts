export { backup, BackupDisagreesError, type BackupOptions, BackupTargetError } from './backup.ts';
export type { Durability } from './connection.ts';
export {
  LogCorruptError,
  LogNewerError,
  StoreBusyError,
  StoreFailedError,
  StoreFullError,
  StoreNotSyncedError,
  StoreReadOnlyError,
} from './errors.ts';
export { TransactionTimeoutError } from './exclusive-transaction.ts';
export { ContextNameError } from '../../log/context-name.ts';
export { NetworkFileSystemError } from './network-file-system.ts';
export { newEpoch, type NewEpochOptions } from './new-epoch.ts';
export { EpochLostError, type NewEpoch } from '../../log/recover.ts';
export { LogBehindError } from '../../log/log-behind.ts';
export { sqlite, type SqliteOptions } from './sqlite-store.ts';
