/** Something was asked for that is in no context that runs here, or that another process does. */
export class NotRunningHereError extends Error {
  override readonly name = 'NotRunningHereError';
  readonly code = 'not-running-here';
  readonly retryable = false;

  constructor(what: string, where: 'nowhere' | 'elsewhere' = 'nowhere') {
    super(
      where === 'elsewhere'
        ? `The ${what} is handled by another process that runs this context, and that did not answer: look ` +
            `whether it is stopped, and ask again.`
        : `The ${what} is in no context that runs here. List it in its boundedContext, give that ` +
            `context to run, and look whether "only" leaves it out.`,
    );
  }
}
