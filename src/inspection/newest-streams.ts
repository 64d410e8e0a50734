import type { StoredRecord } from '../log/record.ts';
import type { OpenLog } from './open-logs.ts';
import {
  type ListedStream,
  STREAMS_MAX,
  type StreamList,
  type StreamSelection,
  listedStream,
  prefixOf,
} from './listed-stream.ts';
import { placesIn, placesText } from './places.ts';
import { readBackwards } from './read-backwards.ts';

/** So many records of each log are looked through at once, from its end. */
export const LOOKED_THROUGH_MAX = 100_000;

/** A part of a list of streams, the newest activity first. */
export interface NewestStreams extends StreamList {
  /** The contexts in which the look ended before the list was full: `next` goes on from there. */
  readonly endedEarly: readonly string[];
}

/**
 * The streams to which something happened last, in all of some logs together. They are found by
 * reading backwards, at most 100,000 records of each log; a list that ends there says so, and can be
 * gone on with. What happens while somebody pages moves streams to the beginning of the list.
 *
 * @throws {QuestionError} when `after` is not what a list of the newest has said.
 */
export async function newestStreams(
  logs: readonly OpenLog[],
  { aggregate, after, limit }: StreamSelection,
): Promise<NewestStreams> {
  const places = after === undefined ? new Map<string, number>() : placesIn(logs, after);
  const lanes = await Promise.all(
    logs.map((open) => openLane(open, prefixOf(aggregate), places.get(open.name))),
  );
  const streams: ListedStream[] = [];
  for (;;) {
    const lane = newestOf(lanes);
    if (lane === undefined || streams.length >= Math.min(limit, STREAMS_MAX)) break;
    streams.push(lane.head as ListedStream);
    await lane.advance();
  }
  const isMore = lanes.some(({ place }) => place !== 1);
  return {
    streams,
    next: isMore ? placesText(lanes) : null,
    endedEarly: lanes.flatMap(({ head, place, context }) =>
      head === undefined && place !== 1 ? [context] : [],
    ),
  };
}

/** The streams of one log, one after the other. */
interface Lane {
  readonly context: string;
  /** The next one; undefined when none is left, or the look has ended. */
  head: ListedStream | undefined;
  /** What has been listed or looked through is from here on; 1 when that is all of it. */
  place: number;
  advance(): Promise<void>;
}

async function openLane(open: OpenLog, prefix: string, before: number | undefined): Promise<Lane> {
  const found = streamsBackwards(open, prefix, before);
  const lane: Lane = {
    context: open.name,
    head: undefined,
    place: before ?? (await open.log.head()) + 1,
    async advance() {
      if (lane.head !== undefined) lane.place = lane.head.lastPosition;
      const next = await found.next();
      lane.head = next.done === true ? undefined : next.value;
      if (next.done === true) lane.place = next.value + 1;
    },
  };
  await lane.advance();
  return lane;
}

/** Ends with the position down to which it has looked. */
async function* streamsBackwards(
  { name, log }: OpenLog,
  prefix: string,
  before: number | undefined,
): AsyncGenerator<ListedStream, number> {
  const seen = new Set<string>();
  let left = LOOKED_THROUGH_MAX;
  for await (const { records, downTo } of readBackwards(log, before)) {
    const fresh = records.filter(({ stream }) => {
      if (stream === null || seen.has(stream) || !stream.startsWith(prefix)) return false;
      seen.add(stream);
      return true;
    });
    // On a later page, what has happened since then was on an earlier one, or came meanwhile.
    const versions = before === undefined ? [] : await Promise.all(fresh.map(versionIn(log)));
    for (const [index, record] of fresh.entries())
      if ((versions[index] ?? record.version) === record.version) yield listedStream(name, record);
    left -= records.length;
    if (left <= 0) return downTo;
  }
  return 0;
}

function versionIn(log: OpenLog['log']) {
  return ({ stream }: StoredRecord) => log.streamVersion(stream ?? '');
}

function newestOf(lanes: readonly Lane[]): Lane | undefined {
  const time = ({ head }: Lane): number => Date.parse(head?.lastRecordedAt ?? '');
  return lanes
    .filter(({ head }) => head !== undefined)
    .reduce<Lane | undefined>(
      (newest, lane) => (newest === undefined || time(lane) > time(newest) ? lane : newest),
      undefined,
    );
}
