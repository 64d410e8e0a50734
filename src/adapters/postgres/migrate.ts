import type { Ids } from '../../host/ids.ts';
import type { Migration } from '../../log/store.ts';
import type { Ask } from './database.ts';
import { migration0001 } from './migrations/0001-log.ts';
import { migration0002 } from './migrations/0002-positions.ts';
import { migration0003 } from './migrations/0003-commit.ts';
import { migration0004 } from './migrations/0004-members.ts';
import { migration0005 } from './migrations/0005-claim.ts';
import { migration0006 } from './migrations/0006-staged.ts';
import { migration0007 } from './migrations/0007-commit-one.ts';
import { migration0008 } from './migrations/0008-models.ts';
import { literal, type Place } from './schema.ts';

/** A step from one format to the next: a name, and the SQL for a schema. */
interface Step {
  readonly name: string;
  readonly sql: (schema: string) => string;
}

/** All of them, in order: the format of a log is how many of them it has. */
const MIGRATIONS: readonly Step[] = [
  { name: 'log', sql: migration0001 },
  { name: 'positions', sql: migration0002 },
  { name: 'commit', sql: migration0003 },
  { name: 'members', sql: migration0004 },
  { name: 'claim', sql: migration0005 },
  { name: 'staged', sql: migration0006 },
  { name: 'commit one', sql: migration0007 },
  { name: 'models', sql: migration0008 },
];

/** How many migrations a log has; 0 when there is none. */
export async function formatOf(ask: Ask, { context, schema }: Place): Promise<number> {
  // Looked up first: asking a table that is not there would be an error in the server's log. And in
  // the catalogue itself: to_regclass may still answer what it knew before the wait for a lock.
  const [found] = await ask<[boolean]>(
    `select exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = $1 and c.relname = 'migrations')`,
    [context],
  );
  if (found?.[0] !== true) return 0;
  const [row] = await ask<[number]>(`select max(number)::integer from ${schema}.migrations`);
  const format = row?.[0] ?? 0;
  if (format > MIGRATIONS.length) throw new LogNewerError(context, format, MIGRATIONS.length);
  return format;
}

/**
 * Brings a log to the newest format, all of it or nothing, and answers with what that took. Runs
 * inside a transaction. Of several processes that do it at the same moment, one does it and the
 * others find it done.
 *
 * @throws {LogNewerError} when it was written by a newer version.
 */
export async function migrate(ask: Ask, place: Place, ids: Ids): Promise<readonly Migration[]> {
  await ask('select pg_advisory_xact_lock(hashtext($1), hashtext($2))', [
    'thereupon',
    place.context,
  ]);
  const missing = pendingMigrations(place, await formatOf(ask, place), ids);
  for (const { sql } of missing) await ask(sql);
  return missing;
}

/** What a log of this format lacks. */
export function pendingMigrations(
  { context, schema }: Place,
  format: number,
  ids: Ids,
): readonly Migration[] {
  return MIGRATIONS.slice(format).map(({ name, sql }, index) => {
    const number = format + index + 1;
    const note = `insert into ${schema}.migrations (number, name) values (${number}, ${literal(name)});`;
    const parts =
      number === 1
        ? [beginning(context, schema), sql(schema), known(context, schema, ids), note]
        : [sql(schema), note];
    return { number, name, sql: parts.map((part) => part.trim()).join('\n\n') };
  });
}

/** Whether a log is as new as this version, as it must be where it is not brought there. */
export async function assertMigrated(ask: Ask, place: Place): Promise<void> {
  const format = await formatOf(ask, place);
  if (format < MIGRATIONS.length) throw new LogOlderError(place.context, format, MIGRATIONS.length);
}

function beginning(context: string, schema: string): string {
  return `
do $$ begin
  -- "if not exists" alone would ask for the right to make schemas although it is there.
  if not exists (select 1 from pg_namespace where nspname = ${literal(context)}) then
    create schema ${schema};
  end if;
end $$;

create table ${schema}.migrations (
  number integer primary key,
  name text not null,
  at timestamptz not null default now()
);`;
}

function known(context: string, schema: string, ids: Ids): string {
  return `
insert into ${schema}.meta (name, value)
values ('context', ${literal(context)}), ('epoch', ${literal(ids.next())});`;
}

/** The log was written by a newer version of Thereupon. */
export class LogNewerError extends Error {
  override readonly name = 'LogNewerError';
  readonly code = 'log-newer';
  readonly retryable = false;
  readonly context: string;
  readonly format: number;
  readonly knownFormat: number;

  constructor(context: string, format: number, knownFormat: number) {
    super(
      `The log of "${context}" has format ${format}, this version of thereupon knows up to ` +
        `${knownFormat}. Run a version at least as new as the one that wrote it.`,
    );
    this.context = context;
    this.format = format;
    this.knownFormat = knownFormat;
  }
}

/** The log has an older format, and is not to be changed at a start. */
export class LogOlderError extends Error {
  override readonly name = 'LogOlderError';
  readonly code = 'log-older';
  readonly retryable = false;
  readonly context: string;
  readonly format: number;
  readonly knownFormat: number;

  constructor(context: string, format: number, knownFormat: number) {
    super(
      `The log of "${context}" has format ${format}, this version of thereupon needs ` +
        `${knownFormat}. Run thereupon migrate with the rights to change tables (--dry-run shows ` +
        "what it does), or let each start do it: migrate: 'at-start'.",
    );
    this.context = context;
    this.format = format;
    this.knownFormat = knownFormat;
  }
}
