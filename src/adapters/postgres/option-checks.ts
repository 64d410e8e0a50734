/** A mistake of whoever configures the store is told at once, not as something the server says later. */
export function assertOption(isRight: boolean, otherwise: string): void {
  if (!isRight) throw new TypeError(otherwise);
}

/** Absent is right, too: then there is a default. */
export function assertWholeNumber(name: string, value: unknown, lowest: number): void {
  const isRight = Number.isSafeInteger(value) && (value as number) >= lowest;
  assertOption(
    value === undefined || isRight,
    `${name} of postgres() is a whole number from ${lowest}, not ${String(value)}.`,
  );
}

/** Names that nobody knows would do nothing, in silence. */
export function assertKnown(of: string, given: object, known: readonly string[]): void {
  for (const name of Object.keys(given))
    assertOption(known.includes(name), `${of} has no "${name}". It has ${known.join(', ')}.`);
}
