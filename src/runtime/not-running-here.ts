/** Something was asked for that is in no context that runs here. */
export class NotRunningHereError extends Error {
  override readonly name = 'NotRunningHereError';
  readonly code = 'not-running-here';
  readonly retryable = false;

  constructor(what: string) {
    super(
      `The ${what} is in no context that runs here. List it in its boundedContext, give that ` +
        `context to run, and look whether "only" leaves it out.`,
    );
  }
}
