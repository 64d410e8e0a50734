import { UnknownModelError } from '../../log/unknown-model.ts';
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

/** Gives a read model another's name; what had that name is removed. */
export async function renameModel(asked: Asked, from: string, to: string): Promise<void> {
  const { ask, schema } = asked;
  // As whoever makes one: nobody takes the name meanwhile.
  await ask(`lock table ${schema}.models in share row exclusive mode`);
  const [there] = await ask(`select from ${schema}.models where name = $1`, [from]);
  if (there === undefined) throw new UnknownModelError(from);
  if (from === to) return;
  await removeModel(asked, to);
  await ask(`update ${schema}.models set name = $2 where name = $1`, [from, to]);
}
