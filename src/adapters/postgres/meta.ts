import type { Ask } from './database.ts';
import type { Place } from './schema.ts';

/** What a log says of itself. */
export async function readMeta(
  ask: Ask,
  { schema }: Place,
  name: string,
): Promise<string | undefined> {
  const [row] = await ask<[string]>(`select value from ${schema}.meta where name = $1`, [name]);
  return row?.[0];
}
