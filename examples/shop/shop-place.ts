/**
 * Where a shop keeps what it keeps: the logs of its contexts in a store, all else (the gateway's
 * file, what a replay was told is durable) in a directory.
 */
import type { ThereuponConfig } from 'thereupon';
import { postgres } from 'thereupon/postgres';
import { sqlite } from 'thereupon/sqlite';

export type ShopPlace = {
  readonly directory: string;
  /** Leads to a PostgreSQL database. Default: SQLite files in the directory. */
  readonly store?: string | undefined;
};

export function storeOf({ directory, store }: ShopPlace): ThereuponConfig['store'] {
  return store === undefined ? sqlite(directory) : postgres(store);
}
