/** Another process owns the range now: this one must stop working on it. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
  readonly code = 'fenced';
  readonly retryable = false;
  readonly subscription: string;

  constructor(subscription: string) {
    super(
      `"${subscription}" was taken over by another process. This one does nothing more for it; ` +
        `that is as it should be when the other one runs.`,
    );
    this.subscription = subscription;
  }
}

/** A waiting row's record is no longer in the log. */
export class RecordGoneError extends Error {
  override readonly name = 'RecordGoneError';
  readonly code = 'record-gone';
  readonly retryable = false;
  readonly recordId: string;

  constructor(recordId: string, subscription: string) {
    super(
      `Record ${recordId}, which waits for "${subscription}", is no longer in the log: retention ` +
        `has dropped it. Discard the row, or restore the record from a backup.`,
    );
    this.recordId = recordId;
  }
}
