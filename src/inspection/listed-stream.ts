import { aggregateOfStream, streamName } from '../aggregate/aggregate.ts';
import type { StoredRecord } from '../log/record.ts';
import { nameText } from '../telemetry/safe-text.ts';
import { type OpenLog, assertSomeLog } from './open-logs.ts';
import { QuestionError } from './question-error.ts';

/** A stream in a list of streams: what it is, and what happened to it last. */
export interface ListedStream {
  readonly context: string;
  readonly aggregate: string;
  readonly stream: string;
  /** How many events it has. */
  readonly version: number;
  readonly lastType: string;
  readonly lastOccurredAt: string;
  readonly lastRecordedAt: string;
  readonly lastPosition: number;
}

/** Which streams are listed. */
export interface StreamSelection {
  /** Only streams of this aggregate. */
  readonly aggregate?: string;
  /** What the list before said to go on with: its `next`. */
  readonly after?: string;
  /** At most so many, up to 10,000. */
  readonly limit: number;
}

/** A list of streams, or a part of it. */
export interface StreamList {
  readonly streams: readonly ListedStream[];
  /** What the next part goes on with; null when there is nothing more. */
  readonly next: string | null;
}

/** At most so many streams are listed at once. */
export const STREAMS_MAX = 10_000;

export function listedStream(context: string, last: StoredRecord): ListedStream {
  const stream = last.stream ?? '';
  return {
    context,
    aggregate: aggregateOfStream(stream),
    stream,
    version: last.version ?? 0,
    lastType: last.type,
    lastOccurredAt: new Date(last.occurredAt).toISOString(),
    lastRecordedAt: new Date(last.recordedAt).toISOString(),
    lastPosition: last.position,
  };
}

/** What the names of an aggregate's streams begin with; of all streams, when none is named. */
export function prefixOf(aggregate: string | undefined): string {
  return aggregate === undefined ? '' : streamName(aggregate, '');
}

/**
 * A list that is empty because of what was asked must not look as if nothing had happened.
 *
 * @throws {QuestionError} when the aggregate is not known, or there is no log at all.
 */
export function assertSomeStreams(
  { streams }: StreamList,
  { aggregate }: StreamSelection,
  { logs, storeName }: { readonly logs: readonly OpenLog[]; readonly storeName: string },
): void {
  if (streams.length > 0) return;
  assertSomeLog(logs, storeName);
  const known = logs.flatMap(({ vocabulary }) => [...vocabulary.aggregates.keys()]);
  if (aggregate === undefined || known.includes(aggregate)) return;
  throw new QuestionError(
    'nothing-found',
    `There is no aggregate ${JSON.stringify(aggregate)}, and no stream of one. The aggregates ` +
      `are: ${known.map(nameText).join(', ') || 'none'}.`,
  );
}

/** What is given to go on with is not what a list has said. */
export function noPlaceToGoOn(after: string): QuestionError {
  return new QuestionError(
    'asked-wrongly',
    `There is no place ${JSON.stringify(after)} to go on from. Take what the list before ends ` +
      `with, in the same order and of the same contexts.`,
  );
}
