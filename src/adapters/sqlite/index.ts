export type { Durability } from './connection.ts';
export {
  LogCorruptError,
  LogNewerError,
  StoreBusyError,
  StoreFailedError,
  StoreFullError,
  StoreReadOnlyError,
} from './errors.ts';
export { TransactionTimeoutError } from './exclusive-transaction.ts';
export { ContextNameError } from './log-file.ts';
export { sqlite, type SqliteOptions } from './sqlite-store.ts';
