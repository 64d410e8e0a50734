import { whyNoText } from '../message/text.ts';

/** @throws {InvalidOptionError} unless it is text that can be kept, of at most so many characters. */
export function assertTextOption(option: string, value: unknown, charactersMax: number): void {
  const problem = whyNoText(value, charactersMax);
  if (problem !== undefined) throw new InvalidOptionError(option, problem);
}

/** An option of a call cannot be kept as it is. Nothing was done. */
export class InvalidOptionError extends Error {
  override readonly name = 'InvalidOptionError';
  readonly code = 'invalid-option';
  readonly retryable = false;
  /** Which one: `correlationId`, `metadata`, `why` … */
  readonly option: string;
  /** What is wrong with it: `has 300 characters, at most 255 are allowed`. */
  readonly problem: string;

  constructor(option: string, problem: string) {
    super(
      `The option "${option}" ${problem}. Nothing was done. Mend the option; docs/limits.md says ` +
        `what each may be.`,
    );
    this.option = option;
    this.problem = problem;
  }
}
