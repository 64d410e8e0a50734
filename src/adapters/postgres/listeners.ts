import { literal, quoted } from './schema.ts';

/**
 * Who is alone need tell nobody of its commits, which shortens a chain of them. Whoever listens to a
 * context therefore shows it, by a lock of its connection that ends with it, and says so once by a
 * notification: those who looked before hear that, those who look later see the lock.
 */

/** No table has so low a number, so nobody locks by it who locks by a table. */
const CLASS = 8_423;

/** What is asked on a connection that begins to listen. */
export function listenSql(channel: string, hello: string): string {
  return (
    `listen ${quoted(channel)}; select pg_try_advisory_lock_shared(${CLASS}, ${keyOf(channel)}); ` +
    `select pg_notify(${literal(channel)}, ${literal(hello)})`
  );
}

/** Which channels somebody listens to but for one connection: rows of `-1`, `listenerOf` and nothing. */
export function listenersSql(butPid: number): string {
  return `select -1, objid::bigint, 0::bigint from pg_locks
    where locktype = 'advisory' and classid = ${CLASS} and objsubid = 2 and granted
      and database = (select oid from pg_database where datname = current_database())
      and pid <> ${butPid}`;
}

/** What a channel is called in `pg_locks`. Should two be called alike, each is told once too often. */
export function listenerOf(channel: string): number {
  return keyOf(channel) >>> 0;
}

/** FNV-1a. */
function keyOf(channel: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(channel)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash | 0;
}
