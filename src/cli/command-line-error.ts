/** How the command line ends. Scripts rely on these numbers; they never change their meaning. */
export const EXIT = {
  /** It did what it was asked. */
  done: 0,
  /** It could not: a log cannot be read, or the like. */
  failed: 1,
  /** It was asked wrongly: unknown options, no configuration, an ID that can mean two things. */
  asked: 2,
  /** There is nothing of that ID. */
  nothing: 3,
} as const;

/** Something that the person at the command line can put right; the message says how. */
export class CommandLineError extends Error {
  override readonly name = 'CommandLineError';
  readonly code: 'asked-wrongly' | 'nothing-found';
  readonly retryable = false;
  readonly exitCode: number;

  constructor(code: 'asked-wrongly' | 'nothing-found', message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.exitCode = code === 'nothing-found' ? EXIT.nothing : EXIT.asked;
  }
}
