import type { ArgumentSchema } from './question-tool.ts';

/** Longer names and ids than this there are none. */
const NAME_LENGTH_MAX = 2_000;

/** A name or an id. */
export function nameArgument(description: string): ArgumentSchema {
  return { type: 'string', minLength: 1, maxLength: NAME_LENGTH_MAX, description };
}

export const contextArgument = nameArgument('Only this bounded context, such as "billing".');

/** At most so many of something. */
export function limitArgument(of: string, standard: number, maximum: number): ArgumentSchema {
  const description = `At most so many ${of}.`;
  return { type: 'integer', minimum: 1, maximum, default: standard, description };
}
