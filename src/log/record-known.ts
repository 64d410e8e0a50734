/** A record with this id is in the log already. Ids are made anew for each record. */
export class RecordKnownError extends Error {
  override readonly name = 'RecordKnownError';
  readonly code = 'record-known';
  readonly retryable = false;
  readonly id: string;

  constructor(id: string) {
    super(
      `The log holds a record with the id ${JSON.stringify(id)}. Look it up with recordsById(): ` +
        'what was to be written may be there already.',
    );
    this.id = id;
  }
}
