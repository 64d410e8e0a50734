/**
 * A subscription lost sight of its checkpoint and goes on from where the log says it stands. What
 * was about to be done is done from there.
 */
export class TakenUpAgainError extends Error {
  override readonly name = 'TakenUpAgainError';
  readonly code = 'taken-up-again';
  readonly retryable = true;
  readonly subscription: string;

  constructor(subscription: string) {
    super(
      `"${subscription}" goes on from where its log says it stands, as the store lost an answer. ` +
        `Nothing is to be done: what was under way is done from there.`,
    );
    this.subscription = subscription;
  }
}
