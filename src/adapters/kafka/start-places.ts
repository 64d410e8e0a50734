import type { Consumer } from '../../backbone/backbone.ts';
import { RecordsDroppedError } from '../../log/retention.ts';
import { FROM_NOW, type Mark } from '../../log/write-set.ts';
import { placesOf } from './places.ts';
import { UNTYPED } from './published-partition.ts';

/** A topic as it is found: by partition, the places of the first message and behind the last. */
export interface FoundTopic {
  readonly topicId: string;
  readonly begins: readonly number[];
  readonly ends: readonly number[];
}

/**
 * By contract, where a consumer goes on in each partition, or `FROM_NOW`. A topic that was made anew, and
 * a partition that is back at an earlier state after a power cut, are read from their beginning: what
 * was taken in already is known by its id.
 *
 * @throws {RecordsDroppedError} when messages are gone that it has not taken in.
 */
export function startPlaces(
  { source, contracts, marks }: Consumer,
  topic: FoundTopic,
): ReadonlyMap<string, readonly number[]> {
  const placesFor = (contract: string): readonly number[] => {
    const mark = marks.find((candidate) => candidate.contract === contract);
    if (mark?.position === FROM_NOW) return topic.begins.map(() => FROM_NOW);
    const known = mark === undefined ? undefined : placesOf(mark);
    if (known?.topicId !== topic.topicId) return topic.begins;
    return topic.begins.map((begin, partition) => {
      const place = known.places[partition];
      if (place === undefined || place > (topic.ends[partition] ?? 0)) return begin;
      if (place < begin) throw new RecordsDroppedError(source, place);
      return place;
    });
  };
  return new Map(contracts.map((contract) => [contract, placesFor(contract)]));
}

/**
 * The marks of one partition. A message that says no type goes with whatever contract is furthest: what
 * stands before was given out with that.
 */
export function marksIn(
  partition: number,
  {
    source,
    topicId,
    places,
  }: {
    readonly source: string;
    readonly topicId: string;
    readonly places: ReadonlyMap<string, readonly number[]>;
  },
): readonly Mark[] {
  const markOf = (contract: string, place: number): Mark => {
    const epoch = place === FROM_NOW ? '' : topicId;
    return { source, contract, epoch, position: place };
  };
  const all = [...places].map(([contract, of]) => markOf(contract, of[partition] ?? 0));
  const untyped = all.length === 0 ? 0 : Math.max(...all.map(({ position }) => position));
  return [...all, markOf(UNTYPED, untyped)];
}
