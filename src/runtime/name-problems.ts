/** So long may the name of an aggregate, a subscription, a read model or a contract be. */
export const NAME_CHARACTERS_MAX = 200;

/**
 * What is wrong with a name. It is what a checkpoint, a stream and a log line are found by, and a
 * person types it: any text of one line that begins and ends in something to be seen. Quotes,
 * other scripts and emoji are fine.
 */
export function nameProblems(what: string, name: unknown): string[] {
  if (isName(name)) return [];
  return [
    `${JSON.stringify(name) ?? String(name)} can't be the name of ${what}; use 1 to ` +
      `${NAME_CHARACTERS_MAX} characters on one line, with no space around them`,
  ];
}

function isName(name: unknown): boolean {
  if (typeof name !== 'string' || name.length === 0 || name.length > NAME_CHARACTERS_MAX)
    return false;
  // Control characters and line breaks; halves of a pair, which no database gives back.
  return name === name.trim() && !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(name);
}

/** Those that are there more than once. */
export function duplicates(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
