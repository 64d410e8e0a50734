import { envelopeFrom } from '../../backbone/cloud-event.ts';
import { LogReplacedError } from '../../log/log-replaced.ts';
import { charactersOf, firstPage, isFull } from '../../log/page.ts';
import type { StoredRecord } from '../../log/record.ts';
import { RecordsDroppedError } from '../../log/retention.ts';
import type { PublishedLog, PublishedQuery } from '../../log/store.ts';
import type { PlacedRecord } from './chunk.ts';
import type { Ahead, ChunksAhead } from './chunks-ahead.ts';
import { readRecord } from './headers.ts';
import { isAnswered } from './kafka-errors.ts';
import type { TopicReader } from './topic-reader.ts';
import type { TopicTail } from './topic-tail.ts';

/**
 * The type of a message that says none: of which contract it is cannot be told. Nobody listens to it
 * by name, so everybody is given it, and it is parked at their border.
 */
export const UNTYPED = '';

export interface PublishedPartitionOptions {
  readonly publisher: string;
  readonly topic: string;
  readonly partition: number;
  readonly reader: TopicReader;
  readonly tail: TopicTail;
  /** What was read of this partition and of the others, at once. */
  readonly ahead: ChunksAhead<PublishedPartition>;
}

/**
 * A partition of a topic as what a context has published. The position of a message is the place behind
 * it: its offset and one. The epoch is the topic's id.
 */
export class PublishedPartition implements PublishedLog {
  readonly #options: PublishedPartitionOptions;
  /** The topic as it was when it was first seen, and where the partition ended when it was last seen. */
  #topicId: string | undefined;
  #end = 0;
  /** Nothing of these types is in this stretch. */
  #passed: Passed | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: PublishedPartitionOptions) {
    this.#options = options;
  }

  async epoch(): Promise<string> {
    return this.#assertSame((await this.#options.reader.state()).id);
  }

  async head(): Promise<number> {
    const { reader, partition, publisher } = this.#options;
    await this.epoch();
    const end = (await reader.ends())[partition] ?? 0;
    // A broker that was not up to date leads by now.
    if (end < this.#end) throw new LogReplacedError(publisher);
    this.#end = end;
    return end;
  }

  /** One after the other: each goes on where the one before has ended. */
  read(query: PublishedQuery): Promise<readonly StoredRecord[]> {
    const done = this.#turn.then(() => this.#read(query));
    // Without what was read: it would be kept for as long as nobody reads on.
    this.#turn = done.then(nothing, nothing);
    return done;
  }

  onChange(listener: () => void): () => void {
    return this.#options.tail.onMore(this.#options.partition, listener);
  }

  /** What it reads by belongs to all who read the topic. */
  async close(): Promise<void> {
    this.#options.ahead.forget(this);
  }

  async #read({ after, types, limit, charactersMax }: PublishedQuery): Promise<StoredRecord[]> {
    const wanted = new Set(types);
    const bound = charactersMax === undefined ? { limit } : { limit, charactersMax };
    const records: StoredRecord[] = [];
    let place = this.#skipPassed(after, wanted);
    for (;;) {
      const chunk = await this.#aheadFrom(place, after);
      for (const record of chunk.records)
        if (record.position > place && wanted.has(record.type)) records.push(record);
      const page = firstPage(records, bound, charactersOf);
      if (isFull(page, bound)) return page;
      place = Math.max(place, chunk.to);
      if (!chunk.isEnd) continue;
      this.#passed = { from: page.at(-1)?.position ?? after, to: place, types: wanted };
      return page;
    }
  }

  #skipPassed(after: number, wanted: ReadonlySet<string>): number {
    const { from, to, types } = this.#passed ?? { from: -1, to: -1, types: wanted };
    return from === after && [...wanted].every((type) => types.has(type)) ? to : after;
  }

  async #aheadFrom(place: number, after: number): Promise<Ahead> {
    const known = this.#options.ahead.of(this);
    // What is there by now is behind it: that it was the end is no longer known.
    if (known !== undefined && known.from <= place && place < known.to)
      return { ...known, isEnd: false };
    const { reader, partition } = this.#options;
    this.#topicId ??= (await reader.state()).id;
    try {
      const chunk = await reader.chunk(this.#topicId, partition, place);
      const records = chunk.records.map((record) => this.#recordOf(record));
      const found = { from: place, to: chunk.to, isEnd: chunk.isEnd, records };
      this.#options.ahead.keep(this, found);
      this.#end = Math.max(this.#end, chunk.to);
      return found;
    } catch (error) {
      throw await this.#why(error, after);
    }
  }

  /**
   * @throws {RecordsDroppedError} for what lies before all that is left, but for whoever begins: they begin
   * with what there is.
   */
  async #why(error: unknown, after: number): Promise<unknown> {
    const { reader, partition, publisher } = this.#options;
    if (isAnswered(error, 'UNKNOWN_TOPIC_ID')) return new LogReplacedError(publisher);
    if (!isAnswered(error, 'OFFSET_OUT_OF_RANGE')) return error;
    const begin = (await reader.begins())[partition] ?? 0;
    return after < begin
      ? new RecordsDroppedError(publisher, after, { cause: error as Error })
      : new LogReplacedError(publisher);
  }

  /** @throws {LogReplacedError} when the topic was made anew: places mean something else by now. */
  #assertSame(topicId: string): string {
    this.#topicId ??= topicId;
    if (topicId !== this.#topicId) throw new LogReplacedError(this.#options.publisher);
    return topicId;
  }

  #recordOf({ offset, at, record }: PlacedRecord): StoredRecord {
    const { publisher, topic, partition } = this.#options;
    const { attributes, data } = readRecord(record);
    const id = `${topic}/${partition}/${offset}`;
    const envelope = envelopeFrom(attributes, data, { id, source: publisher, type: UNTYPED, at });
    const position = offset + 1;
    return { ...envelope, direction: 'outgoing', stream: null, version: null, position };
  }
}

const nothing = (): void => undefined;

interface Passed {
  readonly from: number;
  readonly to: number;
  readonly types: ReadonlySet<string>;
}
