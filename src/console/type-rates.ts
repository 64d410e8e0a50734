import { aggregateOfStream } from '../aggregate/aggregate.ts';
import type { StoredRecord } from '../log/record.ts';
import type { OpenLog } from '../inspection/open-logs.ts';
import type { TypeRate } from './api.ts';

/** At most so many records of each log are looked at for its rates. */
export const SAMPLE_MAX = 200;
const SAMPLE_CHARACTERS_MAX = 1_048_576;

/** Where a log stood, and when. */
export interface Place {
  readonly head: number;
  readonly atMs: number;
}

/**
 * How many records of each type came a second since a log stood somewhere. However many came, only the
 * last 200 are looked at: of how many there are the positions tell, of which types they are a part of them.
 */
export async function typeRates(
  { name, log }: OpenLog,
  { since, now }: { readonly since: Place; readonly now: Place },
): Promise<readonly TypeRate[]> {
  const came = now.head - since.head;
  const seconds = (now.atMs - since.atMs) / 1_000;
  if (came <= 0 || seconds <= 0) return [];
  const after = Math.max(since.head, now.head - SAMPLE_MAX);
  const bound = { limit: SAMPLE_MAX, charactersMax: SAMPLE_CHARACTERS_MAX };
  const page = await log.read({ after, ...bound });
  // What came meanwhile is of the next time.
  const sample = page.filter(({ position }) => position <= now.head);
  const kinds = Map.groupBy(sample, kindOf);
  const isEstimate = sample.length < came;
  return [...kinds.values()].map((records) => {
    const { direction, type, stream } = records[0] as StoredRecord;
    const aggregate = direction === 'domain' ? aggregateOfStream(stream ?? '') : null;
    const perSecond = ((records.length / sample.length) * came) / seconds;
    return { context: name, direction, aggregate, type, perSecond, isEstimate };
  });
}

function kindOf({ direction, type, stream }: StoredRecord): string {
  return `${direction} ${aggregateOfStream(stream ?? '')} ${type}`;
}
