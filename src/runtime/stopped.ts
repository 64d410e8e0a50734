/** The application was stopped, so nothing more is taken. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError';
  readonly code = 'stopped';
  readonly retryable = true;

  constructor(called: string) {
    super(
      `${called} came after the application was stopped, or still waited for its turn when it was: ` +
        `nothing was done. Ask again when it runs, under the same commandId if there is one.`,
    );
  }
}
