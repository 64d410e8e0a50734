import { whyNoKey } from '../message/key.ts';

/**
 * The id of an aggregate instance names its stream and is the key of its records.
 *
 * @throws {AggregateIdError} for what is no text of 1 to 1,000 characters that can be kept.
 */
export function assertAggregateId(aggregate: string, id: unknown): void {
  const problem = whyNoKey(id);
  if (problem !== undefined) throw new AggregateIdError(aggregate, problem);
}

/** Something was asked of an aggregate under an id that cannot be one. Nothing was done. */
export class AggregateIdError extends Error {
  override readonly name = 'AggregateIdError';
  readonly code = 'aggregate-id';
  readonly retryable = false;
  readonly aggregate: string;

  constructor(aggregate: string, problem: string) {
    super(
      `An id of ${JSON.stringify(aggregate)} ${problem}. Nothing was done. An id is text of 1 to ` +
        `1,000 characters, such as a UUID.`,
    );
    this.aggregate = aggregate;
  }
}
