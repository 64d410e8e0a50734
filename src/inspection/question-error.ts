/**
 * A question that cannot be answered as it was asked: of a context that there is not, or of an ID that
 * nothing is known of. The message says what to ask instead.
 */
export class QuestionError extends Error {
  override readonly name = 'QuestionError';
  readonly code: 'asked-wrongly' | 'nothing-found';
  readonly retryable = false;

  constructor(code: 'asked-wrongly' | 'nothing-found', message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
