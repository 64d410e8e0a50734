/**
 * The lending desk said no. Trying again does not help, something else has to happen first; `code`
 * says which rule refused.
 */
export class LendingRefusedError extends Error {
  override readonly name = 'LendingRefusedError';
  readonly code: LendingRefusal;
  readonly retryable = false;
  readonly bookId: string;

  constructor(code: LendingRefusal, bookId: string, reason: string) {
    super(reason);
    this.code = code;
    this.bookId = bookId;
  }
}

export type LendingRefusal =
  | 'book-unknown'
  | 'reserved-already'
  | 'lent-to-this-reader'
  | 'held-for-another'
  | 'lent-to-another'
  | 'not-lent';

export function refused(code: LendingRefusal, bookId: string, reason: string): LendingRefusedError {
  return new LendingRefusedError(code, bookId, reason);
}
