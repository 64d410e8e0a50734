export { CommitContendedError } from './commit-contended.ts';
export { CommitUnderWayError } from './lost-sessions.ts';
export { LogBehindError } from '../../log/log-behind.ts';
export { EpochLostError, type NewEpoch, type RecoverOptions } from '../../log/recover.ts';
export { LogUnknownError } from './new-epoch.ts';
export { SchemaNameError } from './schema.ts';
export {
  NotStorableError,
  StoreAccessError,
  StoreBusyError,
  StoreContendedError,
  StoreFullError,
  ServerReadOnlyError,
  StoreRightsError,
  StoreTimeoutError,
  StoreUnreachableError,
} from './errors.ts';
export { TransactionTimeoutError } from './exclusive-transaction.ts';
export { LogNewerError, LogOlderError } from './migrate.ts';
export { type PostgresPool, PostgresClientMissingError } from './postgres-client.ts';
export { LogSettingsError } from './probe.ts';
export { LogMissingError, NotInTransactionError } from '../../log/staging.ts';
export { poolOfOne } from './pool-of-one.ts';
export type { PostgresOptions } from './postgres-options.ts';
export { postgres, type PostgresStore } from './postgres-store.ts';
export type { KeepOptions, RetentionOptions } from './retention-options.ts';
export { withDrizzle } from './with-drizzle.ts';
export { withKysely } from './with-kysely.ts';
export { withPg } from './with-pg.ts';
export { withPostgresJs } from './with-postgres-js.ts';
