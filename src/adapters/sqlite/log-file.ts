import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Ids } from '../../host/ids.ts';
import { assertContextName, isContextName } from '../../log/context-name.ts';
import type { Connection } from './connection.ts';
import { LogCorruptError, LogNewerError, type Where } from './errors.ts';
import { migration0001 } from './migrations/0001-log.ts';

/** All migrations, in order: the format of a log is how many of them it has. */
const MIGRATIONS = [migration0001];

/** In the header of the file, so that `file` and we know whose it is: "THRP". */
const APPLICATION_ID = 0x54485250;

/** Where a context's log lives. A context's name becomes a file's name, and so is kept plain. */
export function placeOf(directory: string, context: string): Where {
  assertContextName(context);
  return { context, path: join(directory, `${context}.sqlite`) };
}

/** The contexts that have a file in this directory, by name. */
export function contextsIn(directory: string): string[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.sqlite'))
    .map((file) => file.slice(0, -'.sqlite'.length))
    .filter(isContextName)
    .toSorted();
}

/**
 * Looks whether this file is the log of this context, in a format that we know. Returns its format,
 * 0 for a file that is still empty.
 */
export function recognise(connection: Connection, where: Where): number {
  const id = connection.database.prepare('pragma application_id').get()?.['application_id'];
  if (id === 0 && isEmpty(connection)) return 0;
  if (id !== APPLICATION_ID) throw new LogCorruptError(where, 'it belongs to another application');
  const format = Number(readMeta(connection, 'format'));
  const context = readMeta(connection, 'context');
  if (!Number.isSafeInteger(format) || format < 1 || context === undefined) {
    throw new LogCorruptError(where, 'what it says about itself is missing');
  }
  if (format > MIGRATIONS.length) throw new LogNewerError(where, format, MIGRATIONS.length);
  if (context !== where.context) {
    throw new LogCorruptError(where, `it is the log of ${JSON.stringify(context)}`);
  }
  return format;
}

/** Brings the file to the newest format. Runs inside a transaction: all of it, or nothing. */
export function migrate(connection: Connection, where: Where, ids: Ids): void {
  const format = recognise(connection, where);
  if (format === MIGRATIONS.length) return;
  for (const migration of MIGRATIONS.slice(format)) connection.database.exec(migration);
  if (format === 0) {
    connection.database.exec(`pragma application_id = ${APPLICATION_ID}`);
    writeMeta(connection, 'context', where.context);
    writeMeta(connection, 'epoch', ids.next());
  }
  writeMeta(connection, 'format', String(MIGRATIONS.length));
}

export function readMeta(connection: Connection, name: string): string | undefined {
  const row = connection.prepared('select value from meta where name = ?').get(name);
  return row?.['value'] as string | undefined;
}

export function writeMeta(connection: Connection, name: string, value: string): void {
  connection.prepared('insert or replace into meta (name, value) values (?, ?)').run(name, value);
}

function isEmpty(connection: Connection): boolean {
  return connection.database.prepare('select 1 from sqlite_schema limit 1').get() === undefined;
}
