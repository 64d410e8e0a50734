import type { Clock } from '../../host/clock.ts';
import { ChunksAhead } from './chunks-ahead.ts';
import type { Cluster } from './cluster.ts';
import { unavailable } from './kafka-errors.ts';
import type { PublishedPartition } from './published-partition.ts';
import { TopicReader, type TopicState } from './topic-reader.ts';
import { TopicTail } from './topic-tail.ts';

/** What the topic of one publisher is read by, for all who read it here. */
export class TopicInUse {
  readonly name: string;
  readonly reader: TopicReader;
  readonly tail: TopicTail;
  readonly ahead = new ChunksAhead<PublishedPartition>();

  constructor(cluster: Cluster, name: string, clock: Clock) {
    this.name = name;
    this.reader = new TopicReader(cluster, name, clock);
    this.tail = new TopicTail(cluster, name, clock);
  }

  /** How many partitions it has, asked now or as it was last heard. */
  readonly partitions = {
    known: (): number => this.tail.partitions,
    now: async (): Promise<number> => {
      try {
        return (await this.state()).leaders.length;
      } catch (error) {
        throw unavailable(error);
      }
    },
  };

  /** As it is now. */
  async state(): Promise<TopicState> {
    const state = await this.reader.state({ isNow: true });
    this.tail.partitions = state.leaders.length;
    return state;
  }

  async close(): Promise<void> {
    await Promise.all([this.reader.close(), this.tail.close()]);
  }
}
