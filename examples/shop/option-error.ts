/** A program was started with words that it does not understand. It has done nothing. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
  readonly code = 'option-not-valid';
  readonly retryable = false;
  readonly option: string;

  /** `problem` goes on from the name of the option: `takes a number …`. */
  constructor(option: string, problem: string) {
    super(`${option} ${problem}. See --help.`);
    this.option = option;
  }
}
