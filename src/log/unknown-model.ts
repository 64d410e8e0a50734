/** A document was written to a read model that has no place in this log. */
export class UnknownModelError extends Error {
  override readonly name = 'UnknownModelError';
  readonly code = 'unknown-model';
  readonly retryable = false;
  readonly model: string;

  constructor(model: string) {
    super(
      `The log has no read model ${JSON.stringify(model)}. Call defineModel() before its documents ` +
        'are written.',
    );
    this.model = model;
  }
}
