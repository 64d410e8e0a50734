import { QuestionError } from './question-error.ts';
import type { Moment } from './state-at.ts';
import { timeAsked } from './time-asked.ts';

/** A moment as it is asked for from outside. */
export interface MomentAsked {
  readonly version?: number | undefined;
  readonly time?: string | undefined;
  readonly by?: string | undefined;
}

/**
 * The moment that is meant; `last` is the version that a stream is at.
 *
 * @throws {QuestionError} when both a version and a time are given, or a time that is none.
 */
export function momentAsked({ version, time, by }: MomentAsked, last: number): Moment {
  if (time === undefined) return { kind: 'version', version: version ?? last };
  if (version !== undefined)
    throw new QuestionError('asked-wrongly', 'Give a version or a time, not both.');
  return {
    kind: 'time',
    time: timeAsked(time),
    by: by === 'recordedAt' ? 'recordedAt' : 'occurredAt',
  };
}
