import type { Replacement } from '../../log/log.ts';
import { UnknownModelError } from '../../log/unknown-model.ts';
import type { Fence } from '../../log/write-set.ts';
import type { Asked } from './record-queries.ts';

/**
 * Read models: a row in `models` and a partition of `documents` each, with an index for each field
 * that can be asked for. They are made and removed by functions of the log (see migration 8). All
 * of it runs inside a transaction.
 */

export async function models({ ask, schema }: Asked): Promise<string[]> {
  const rows = await ask<[string]>(`select name from ${schema}.models order by name`);
  return rows.map(([name]) => name);
}

/** Makes a read model's partition, and the indexes that it does not have yet. */
export async function createModel(
  { ask, schema }: Asked,
  model: string,
  fields: readonly string[],
): Promise<void> {
  await ask(`select ${schema}.define_model_v1($1, $2)`, [model, [...new Set(fields)]]);
}

/** Removes a read model with all its documents. */
export async function removeModel({ ask, schema }: Asked, model: string): Promise<void> {
  await ask(`select ${schema}.remove_model_v1($1)`, [model]);
}

/**
 * Gives a read model another's name; what had that name is removed. False, and nothing is changed,
 * when one of `fences` was claimed by somebody else.
 */
export async function replaceModel(
  asked: Asked,
  { from, to, fences = [] }: Replacement,
): Promise<boolean> {
  const { ask, schema } = asked;
  // As whoever makes one: nobody takes the name meanwhile. Before the ranges, as whoever drops a read
  // model takes its checkpoints after it: two that took these in two orders would wait for each other.
  await ask(`lock table ${schema}.models in share row exclusive mode`);
  if (!(await areHeld(asked, fences))) return false;
  const [there] = await ask(`select from ${schema}.models where name = $1`, [from]);
  if (there === undefined) throw new UnknownModelError(from);
  if (from === to) return true;
  await removeModel(asked, to);
  await ask(`update ${schema}.models set name = $2 where name = $1`, [from, to]);
  return true;
}

/** Whether these ranges were not claimed by somebody else, who cannot until the transaction ends. */
async function areHeld({ ask, schema }: Asked, fences: readonly Fence[]): Promise<boolean> {
  if (fences.length === 0) return true;
  // The primary key. In the order in which whoever commits locks them.
  const held = await ask(
    `select from ${schema}.checkpoints c
      where (c.subscription, c.first_slot, c.epoch) in (
        select f.subscription, f."firstSlot", f.epoch
          from json_to_recordset($1) f (subscription text, "firstSlot" integer, epoch bigint))
      order by c.subscription, c.first_slot for no key update`,
    [JSON.stringify(fences)],
  );
  return held.length === fences.length;
}
