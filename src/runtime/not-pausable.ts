/** Something was to be paused that goes on as long as its context runs. */
export class NotPausableError extends Error {
  override readonly name = 'NotPausableError';
  readonly code = 'not-pausable';
  readonly retryable = false;
  readonly context: string;
  readonly part: string;

  constructor(context: string, part: string) {
    super(
      `"${part}" of "${context}" can't be paused: it goes on as long as its context runs. Pause ` +
        'reactions, effects, process managers or read models that are not inline, each by its name.',
    );
    this.context = context;
    this.part = part;
  }
}
