/**
 * A store may make a file or a schema of a context's name, so it is kept plain: up to 100 letters,
 * digits, "-" and "_", beginning with a letter or a digit.
 */
export function isContextName(name: string): boolean {
  return /^[a-zA-Z0-9][a-zA-Z0-9_-]{0,99}$/.test(name);
}

/**
 * Refuses a name that is not plain.
 *
 * @throws {ContextNameError}
 * @example
 * assertContextName('ordering');
 */
export function assertContextName(name: string): void {
  if (!isContextName(name)) throw new ContextNameError(name);
}

/** The name cannot be the name of a context. */
export class ContextNameError extends Error {
  override readonly name = 'ContextNameError';
  readonly code = 'context-name';
  readonly retryable = false;
  readonly context: string;

  constructor(context: string) {
    super(
      `${JSON.stringify(context)} cannot be the name of a context: it may become the name of a ` +
        'file. Take up to 100 letters, digits, "-" and "_", beginning with a letter or a digit.',
    );
    this.context = context;
  }
}
