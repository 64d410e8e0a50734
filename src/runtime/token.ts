import type { LogReader } from '../log/log.ts';

/**
 * What a caller gets to read its own write: which log, in which epoch, and how far. Opaque to it.
 */
export interface Token {
  readonly context: string;
  readonly epoch: string;
  readonly position: number;
}

export function tokenText(token: Token): string {
  return `${token.context}:${token.epoch}:${token.position}`;
}

/**
 * For the token of what appended nothing: all that can be seen now. What is answered may rest on what
 * another process has committed, and this one has not heard of yet.
 */
export async function headOf({
  log,
  tail,
  isShared,
}: {
  readonly log: Pick<LogReader, 'head'>;
  readonly tail: { readonly head: number };
  readonly isShared: boolean;
}): Promise<number> {
  return isShared ? log.head() : tail.head;
}

/** @throws {InvalidTokenError} for text that is no token. */
export function parseToken(text: string): Token {
  const match = /^([^:]+):([^:]*):(\d+)$/.exec(text);
  if (match === null) throw new InvalidTokenError(text);
  return { context: match[1] as string, epoch: match[2] as string, position: Number(match[3]) };
}

/** Text that was given as a token is none. */
export class InvalidTokenError extends Error {
  override readonly name = 'InvalidTokenError';
  readonly code = 'invalid-token';
  readonly retryable = false;
  readonly token: string;

  constructor(token: string) {
    super(`${JSON.stringify(token)} is no token. Pass on the token of an answer as it is.`);
    this.token = token;
  }
}
