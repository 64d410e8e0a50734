import { UnknownModelError } from '../../log/unknown-model.ts';
import { indexedExpressions } from './field-expressions.ts';
import type { Asked } from './record-queries.ts';

/**
 * Read models: a row in `models` and a partition of `documents` each, with an index for each field
 * that can be asked for. All of it runs inside a transaction.
 */

export async function models({ ask, schema }: Asked): Promise<string[]> {
  const rows = await ask<[string]>(`select name from ${schema}.models order by name`);
  return rows.map(([name]) => name);
}

/** Makes a read model's partition, and the indexes that it does not have yet. */
export async function createModel(asked: Asked, model: string, fields: readonly string[]) {
  await lockModels(asked);
  const { ask, schema } = asked;
  const { id, indexed } = (await modelNamed(asked, model)) ?? (await addModel(asked, model));
  const missing = [...new Set(fields)].filter((field) => !indexed.includes(field));
  for (const [count, field] of missing.entries()) {
    const number = indexed.length + count + 1;
    await ask(
      `create index documents_${id}_${number} on ${schema}.documents_${id}
      (${indexedExpressions(field)})`,
    );
  }
  if (missing.length > 0)
    await ask(`update ${schema}.models set fields = fields || $2::text[] where id = $1`, [
      id,
      missing,
    ]);
}

async function addModel({ ask, schema }: Asked, model: string): Promise<Model> {
  const [row] = await ask<[number]>(
    `insert into ${schema}.models (name, fields) values ($1, '{}') returning id`,
    [model],
  );
  const id = row?.[0] as number;
  await ask(
    `create table ${schema}.documents_${id} partition of ${schema}.documents for values in (${id})`,
  );
  return { id, indexed: [] };
}

/** Removes a read model with all its documents. */
export async function removeModel(asked: Asked, model: string): Promise<void> {
  await lockModels(asked);
  const id = (await modelNamed(asked, model))?.id;
  if (id === undefined) return;
  await asked.ask(`delete from ${asked.schema}.models where id = $1`, [id]);
  await asked.ask(`drop table ${asked.schema}.documents_${id}`);
}

/** Gives a read model another's name; what had that name is removed. */
export async function renameModel(asked: Asked, from: string, to: string): Promise<void> {
  await lockModels(asked);
  if ((await modelNamed(asked, from)) === undefined) throw new UnknownModelError(from);
  if (from === to) return;
  await removeModel(asked, to);
  await asked.ask(`update ${asked.schema}.models set name = $2 where name = $1`, [from, to]);
}

/** One at a time: two that define the same model at once would both make its partition. */
async function lockModels({ ask, schema }: Asked): Promise<void> {
  await ask(`lock table ${schema}.models in share row exclusive mode`);
}

interface Model {
  readonly id: number;
  /** The fields that have an index. */
  readonly indexed: readonly string[];
}

async function modelNamed({ ask, schema }: Asked, model: string): Promise<Model | undefined> {
  const [row] = await ask<[number, string]>(
    `select id, array_to_json(fields) from ${schema}.models where name = $1`,
    [model],
  );
  return row && { id: row[0], indexed: JSON.parse(row[1]) as string[] };
}
