/** An option of `nats({ … })` cannot be used as it is. Nothing was begun. */
export class NatsOptionError extends Error {
  override readonly name = 'NatsOptionError';
  readonly code = 'nats-option';
  readonly retryable = false;
  /** Which one: `prefix`, `servers` … */
  readonly option: string;

  /** `problem` says what is wrong with it, and what to give instead. */
  constructor(option: string, problem: string) {
    super(`The option "${option}" of nats({ … }) ${problem}`);
    this.option = option;
  }
}
