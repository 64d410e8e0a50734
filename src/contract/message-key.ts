import { whyNoKey } from '../message/key.ts';
import type { AnyContract } from './contract.ts';

/**
 * The key of a message, as its contract tells it from the data.
 *
 * @throws {MessageKeyError} when it is no text of 1 to 1,000 characters, or could not be told.
 */
export function messageKey(contract: AnyContract, data: unknown): string {
  let key: unknown;
  try {
    key = contract.key(data);
  } catch (cause) {
    const thrown = cause instanceof Error ? cause.message : String(cause);
    throw new MessageKeyError(contract, { key, problem: `threw: ${thrown}`, cause });
  }
  const problem = whyNoKey(key);
  if (problem !== undefined) throw new MessageKeyError(contract, { key, problem });
  return key as string;
}

/** The `key` of a contract gave no key for a message. Never retried: it gives the same again. */
export class MessageKeyError extends Error {
  override readonly name = 'MessageKeyError';
  readonly code = 'message-key';
  readonly retryable = false;
  readonly contract: string;
  readonly version: number;
  /** What `key` gave; undefined when it threw. */
  readonly key: unknown;

  constructor(
    { name, version }: AnyContract,
    found: { readonly key: unknown; readonly problem: string; readonly cause?: unknown },
  ) {
    super(
      `The key of ${JSON.stringify(name)} version ${version} ${found.problem}. Mend "key" in the ` +
        `contract, or the data that it is told from.`,
      'cause' in found ? { cause: found.cause } : {},
    );
    this.contract = name;
    this.version = version;
    this.key = found.key;
  }
}
