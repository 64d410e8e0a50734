import type { SeenByNeighbour } from '../../log/recover.ts';
import type { Ask } from './database.ts';
import { literal, type Place, quoted } from './schema.ts';

/**
 * How far the other contexts whose logs are in the same database have taken this log in, those that
 * have any of it. Who may not be read is left out: it is nobody's duty to show us theirs.
 */
export async function seenByNeighbours(ask: Ask, { context }: Place): Promise<SeenByNeighbour[]> {
  const found = await ask<[string]>(
    `select n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relname = 'marks' and c.relkind = 'r' and n.nspname <> $1
      and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
      and exists (select 1 from pg_class s
        where s.relnamespace = n.oid and s.relname = 'log_position' and s.relkind = 'S')`,
    [context],
  );
  if (found.length === 0) return [];
  const marks = found.map(
    ([neighbour]) => `select ${literal(neighbour)}, epoch, position
      from ${quoted(neighbour)}.marks where source = ${literal(context)} and position > 0`,
  );
  const rows = await ask<[string, string, number]>(marks.join(' union all '));
  return rows.map(([neighbour, epoch, position]) => ({ neighbour, epoch, position }));
}
