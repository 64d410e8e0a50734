/** The process that was asked ended before it had answered; it may have done what it was asked for. */
export class ProcessLostError extends Error {
  override readonly name = 'ProcessLostError';
  readonly code = 'process-lost';
  readonly retryable = true;
  readonly contexts: readonly string[];

  constructor(contexts: readonly string[], how: string) {
    super(
      `The process of ${contexts.join(', ')} ${how}, before it had answered. Ask again in a moment; ` +
        'what has a commandId takes effect once.',
    );
    this.contexts = contexts;
  }
}
