import { literal } from './schema.ts';

/**
 * A document's field, as it is asked for: to the letter as it is indexed (see migration 8), or no
 * index is used. Null comes before numbers, numbers before
 * text; true and false count as 1 and 0. Only the beginning of a text is in the index, since an
 * index takes no long ones; whoever asks compares the rest of it, too.
 */

/** So much of a text is indexed. */
const PREFIX = 200;

/** The field's text; null when it is none. */
export function textOf(field: string): string {
  const name = literal(field);
  return `(case when json_typeof(document -> ${name}) in ('string', 'object', 'array')
    then document ->> ${name} end) collate "C"`;
}

/** The beginning of the field's text. */
export function prefixOf(field: string): string {
  return `left(${textOf(field)}, ${PREFIX})`;
}

/** The beginning of a text that is asked for. */
export function prefix(text: string): string {
  return Array.from(text).slice(0, PREFIX).join('');
}

/** The field's number; null when it is none. */
export function numberOf(field: string): string {
  const name = literal(field);
  return `(case json_typeof(document -> ${name})
    when 'number' then (document ->> ${name})::numeric
    when 'boolean' then case document ->> ${name} when 'true' then 1 else 0 end end)`;
}
