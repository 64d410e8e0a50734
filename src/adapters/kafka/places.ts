import type { Mark } from '../../log/write-set.ts';

/**
 * How far a consumer has come with a topic, in each of its partitions: `places[2]` is the offset of
 * the next message of partition 2. It is kept where marks are, in the consumer's database, as the mark's
 * epoch: `<id of the topic>|0:120,1:77`. The mark's position is the sum, for people to see that it moves.
 */
export interface Places {
  readonly topicId: string;
  readonly places: readonly number[];
}

export function markAt(of: Pick<Mark, 'source' | 'contract'>, { topicId, places }: Places): Mark {
  const texts = places.map((place, partition) => `${partition}:${place}`);
  const position = places.reduce((sum, place) => sum + place, 0);
  return {
    source: of.source,
    contract: of.contract,
    epoch: `${topicId}|${texts.join(',')}`,
    position,
  };
}

/** Undefined for a mark that has no places yet, or those of another backbone. */
export function placesOf({ epoch }: Mark): Places | undefined {
  const found = /^([^|]+)\|((?:\d+:\d+,?)*)$/.exec(epoch);
  if (found === null) return undefined;
  const [, topicId = '', texts = ''] = found;
  const places: number[] = [];
  for (const text of texts.split(',').filter((each) => each !== '')) {
    const [partition, place] = text.split(':').map(Number) as [number, number];
    places[partition] = place;
  }
  return { topicId, places: Array.from(places, (place) => place ?? 0) };
}
