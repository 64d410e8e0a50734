/**
 * What was opened to read a log shows another one by now: its file was replaced. What was read so
 * far need not be in it, so nothing more is answered; whoever opens it anew sees what is there.
 */
export class LogReplacedError extends Error {
  override readonly name = 'LogReplacedError';
  readonly code = 'log-replaced';
  readonly retryable = true;
  readonly context: string;

  constructor(context: string) {
    super(`The log of "${context}" was replaced by another one. Open it anew to read on.`);
    this.context = context;
  }
}
