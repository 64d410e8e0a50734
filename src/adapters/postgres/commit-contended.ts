/** Other processes were faster each time. Nothing was committed; it may be tried again. */
export class CommitContendedError extends Error {
  override readonly name = 'CommitContendedError';
  readonly code = 'commit-contended';
  readonly retryable = true;

  constructor(rounds: number) {
    super(
      `Others changed the same streams faster, ${rounds} times in a row. Nothing was committed. ` +
        'Try again, and look who writes so often to one stream.',
    );
  }
}
