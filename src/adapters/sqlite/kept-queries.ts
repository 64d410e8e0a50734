import type { Operation, StoredCommand, StoredSnapshot } from '../../log/write-set.ts';
import { type Connection, plainRow, plainRows } from './connection.ts';

/** What is kept beside the log: handled commands, snapshots, what people did. */

const COMMAND = `
  select id, fingerprint, stream, from_version as fromVersion, to_version as toVersion, at,
    result
  from commands where id = ?`;

export function command(connection: Connection, id: string): StoredCommand | undefined {
  const row = connection.prepared(COMMAND).get(id);
  return row === undefined ? undefined : plainRow<StoredCommand>(row);
}

const KEEP_COMMAND = `
  insert into commands (id, fingerprint, stream, from_version, to_version, at, result)
  values (?, ?, ?, ?, ?, ?, ?)`;

export function keepCommand(connection: Connection, kept: StoredCommand): void {
  const { id, fingerprint, stream, fromVersion, toVersion, at, result } = kept;
  connection
    .prepared(KEEP_COMMAND)
    .run(id, fingerprint, stream, fromVersion, toVersion, at, result);
}

// commands_at, then the primary key.
const FORGET_COMMANDS = `
  delete from commands where id in (select id from commands where at < ? limit ?)`;

/** Forgets at most `limit` commands; returns how many it were. */
export function forgetCommands(connection: Connection, before: number, limit: number): number {
  return Number(connection.prepared(FORGET_COMMANDS).run(before, limit).changes);
}

const SNAPSHOT = `
  select stream, version, state_version as stateVersion, state from snapshots where stream = ?`;

export function snapshot(connection: Connection, stream: string): StoredSnapshot | undefined {
  const row = connection.prepared(SNAPSHOT).get(stream);
  return row === undefined ? undefined : plainRow<StoredSnapshot>(row);
}

const KEEP_SNAPSHOT = `
  insert into snapshots (stream, version, state_version, state) values (?, ?, ?, ?)
  on conflict (stream) do update set
    version = excluded.version, state_version = excluded.state_version, state = excluded.state`;

export function keepSnapshot(connection: Connection, kept: StoredSnapshot): void {
  connection.prepared(KEEP_SNAPSHOT).run(kept.stream, kept.version, kept.stateVersion, kept.state);
}

const OPERATIONS = `
  select id, at, who, action, why, detail from operations order by at desc, rowid desc limit ?`;

export function operations(connection: Connection, limit: number): Operation[] {
  return plainRows<Operation>(connection.prepared(OPERATIONS).all(limit));
}

const KEEP_OPERATION = `
  insert into operations (id, at, who, action, why, detail) values (?, ?, ?, ?, ?, ?)
  on conflict (id) do nothing`;

export function keepOperation(connection: Connection, done: Operation): void {
  connection
    .prepared(KEEP_OPERATION)
    .run(done.id, done.at, done.who, done.action, done.why, done.detail);
}
