import type { MessageDirection } from '../../log/retention.ts';
import { type Ask } from './database.ts';
import { literal, type Place, quoted } from './schema.ts';

/** Somebody who needs the records behind a position. */
export interface Need {
  /** To be told: `subscription "confirm when paid"`. */
  readonly neededBy: string;
  readonly position: number;
  /** Only those of this type; of all when absent. */
  readonly type?: string;
}

/**
 * Everybody who, as far as this database shows, is not done with the messages of a direction: who
 * has come least far first. A
 * consumer in another database cannot be seen: it is told when something was dropped before it.
 */
export async function needsOf(
  ask: Ask,
  place: Place,
  direction: MessageDirection,
): Promise<readonly Need[]> {
  const own = [...(await checkpointNeeds(ask, place)), ...(await waitingNeeds(ask, place))];
  const needs = direction === 'outgoing' ? [...own, ...(await consumerNeeds(ask, place))] : own;
  return needs.toSorted((a, b) => a.position - b.position);
}

/** A checkpoint without a fingerprint reads nothing: it only says who may do something. */
async function checkpointNeeds(ask: Ask, { schema }: Place): Promise<Need[]> {
  const rows = await ask<[string, number]>(
    `select subscription, min(position) from ${schema}.checkpoints where fingerprint <> ''
    group by subscription`,
  );
  return rows.map(([name, position]) => ({
    neededBy: `subscription ${JSON.stringify(name)}`,
    position,
  }));
}

/** What waits at the border, and timers, have all they need in their rows. */
async function waitingNeeds(ask: Ask, { schema }: Place): Promise<Need[]> {
  // All of the table, which is to be short.
  const rows = await ask<[string, string, number]>(
    `select subscription, kind, min(position) from ${schema}.waiting
    where kind in ('retry', 'parked', 'held', 'effect') and position > 0
    group by subscription, kind`,
  );
  return rows.map(([name, kind, position]) => ({
    neededBy: `a record of ${JSON.stringify(name)} that waits (${kind})`,
    // That very one, too.
    position: position - 1,
  }));
}

/**
 * The contexts of this database that take in what this one publishes. Each contract for itself:
 * one of which nothing more came keeps nothing. A place in an earlier epoch counts as far as the
 * log still has it; who begins now has not begun.
 */
async function consumerNeeds(ask: Ask, place: Place): Promise<Need[]> {
  const consumers = await consumerSchemas(ask);
  if (consumers.length === 0) return [];
  const selects = consumers.map(
    (name) => `
    select ${literal(name)}, m.contract, case
        when m.epoch in ('', (select e.value from ${place.schema}.meta e where e.name = 'epoch'))
          then m.position
        else coalesce((select least(m.position, p.up_to) from ${place.schema}.predecessors p
          where p.epoch = m.epoch), 0) end
    from ${quoted(name)}.marks m where m.source = ${literal(place.context)} and m.position >= 0`,
  );
  const rows = await ask<[string, string, number]>(selects.join(' union all '));
  return rows.map(([name, type, position]) => ({
    neededBy: `context ${JSON.stringify(name)}, which takes in ${JSON.stringify(type)}`,
    position,
    type,
  }));
}

/** Those that are logs of ours. */
async function consumerSchemas(ask: Ask): Promise<string[]> {
  const rows = await ask<[string]>(
    `select n.nspname from pg_namespace n
    join pg_class m on m.relnamespace = n.oid and m.relname = 'marks' and m.relkind = 'r'
    join pg_class l on l.relnamespace = n.oid and l.relname = 'log_position' and l.relkind = 'S'
    order by 1`,
  );
  return rows.map(([name]) => name);
}
