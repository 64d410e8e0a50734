import { whyNoKey } from '../message/key.ts';

/**
 * A key that a record is dealt by, as the `by` of a reaction, an effect or a read model tells it.
 * `by` is pure, so what it cannot tell now it will not tell later: the record is parked at once,
 * and one faulty `by` does not count as an outage that would pause everything.
 */
export function dealtBy<T>(owner: string, by: () => T): T {
  try {
    return by();
  } catch (cause) {
    const thrown = cause instanceof Error ? cause.message : String(cause);
    throw new DealingKeyError(owner, `threw: ${thrown}`, { cause });
  }
}

/** @throws {DealingKeyError} for what is no text of 1 to 1,000 characters. */
export function assertDealingKey(owner: string, key: unknown): asserts key is string {
  const problem = whyNoKey(key);
  if (problem !== undefined) throw new DealingKeyError(owner, `gave a key that ${problem}`);
}

/** The `by` of a reaction, an effect or a read model gave no key for a record. */
export class DealingKeyError extends Error {
  override readonly name = 'DealingKeyError';
  readonly code = 'dealing-key';
  readonly retryable = false;
  /** The name of the reaction, effect or read model. */
  readonly subscription: string;

  constructor(subscription: string, problem: string, options: { readonly cause?: unknown } = {}) {
    super(
      `The "by" of ${JSON.stringify(subscription)} ${problem}. Mend it, then redrive what was ` +
        `parked.`,
      options,
    );
    this.subscription = subscription;
  }
}
