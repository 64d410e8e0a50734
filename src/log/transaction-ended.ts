/** The work of a transaction ended it itself, which breaks "all or nothing". */
export class TransactionEndedError extends Error {
  override readonly name = 'TransactionEndedError';
  readonly code = 'transaction-ended';
  readonly retryable = false;
  readonly context: string;

  constructor(context: string, cause: unknown) {
    super(
      `A transaction on ${JSON.stringify(context)} was committed or rolled back by the work inside ` +
        'it; nothing was appended. Leave begin, commit and rollback out: return to commit, throw ' +
        'to roll back.',
      { cause },
    );
    this.context = context;
  }
}
