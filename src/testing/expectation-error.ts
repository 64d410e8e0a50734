/**
 * What came of something is not what a test expected of it. The message says what is different, line
 * by line, the same under every runner: it carries no objects beside it that a runner would print
 * in its own way.
 */
export class ExpectationError extends Error {
  override readonly name = 'ExpectationError';
  readonly code = 'expectation';
  readonly retryable = false;

  constructor(what: string, difference: readonly string[] = [], cause?: unknown) {
    super([what, ...difference].join('\n'), cause === undefined ? {} : { cause });
  }
}
