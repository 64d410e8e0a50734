/** What must hold does not. `cause` is what the invariant has thrown. */
export class InvariantBrokenError extends Error {
  override readonly name = 'InvariantBrokenError';
  readonly code = 'invariant-broken';
  readonly retryable = false;
  readonly invariant: string;

  constructor(invariant: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`"${invariant}" does not hold: ${why}`, { cause });
    this.invariant = invariant;
  }
}
