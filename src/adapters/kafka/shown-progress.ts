import type { CancelTimer, Clock } from '../../host/clock.ts';
import type { KafkaAdmin } from './kafka-client.ts';

const SHOWN_EACH_MS = 1_000;

export interface ShownProgressOptions {
  readonly admin: () => KafkaAdmin;
  readonly clock: Clock;
  readonly topic: string;
  readonly group: string;
}

/**
 * Shows how far a consumer has come, as the offsets of a consumer group, so that Kafka's own tools tell
 * how far it is behind. Nobody reads them here: the places that count are in the consumer's database. So
 * it is done once a second at most, and where it cannot be done, it is left.
 */
export class ShownProgress {
  readonly #options: ShownProgressOptions;
  #places: readonly number[] = [];
  #cancel: CancelTimer | undefined;
  #showing: Promise<void> | undefined;

  constructor(options: ShownProgressOptions) {
    this.#options = options;
  }

  reached(places: readonly number[]): void {
    this.#places = places;
    this.#cancel ??= this.#options.clock.after(SHOWN_EACH_MS, () => {
      this.#cancel = undefined;
      this.#showing = this.#show();
    });
  }

  async close(): Promise<void> {
    if (this.#cancel !== undefined) {
      this.#cancel();
      this.#showing = this.#show();
    }
    this.#cancel = undefined;
    await this.#showing;
  }

  async #show(): Promise<void> {
    const { admin, topic: name, group: groupId } = this.#options;
    try {
      const partitionOffsets = this.#places.map((place, partition) => ({
        partition,
        offset: BigInt(place),
      }));
      await admin().alterConsumerGroupOffsets({ groupId, topics: [{ name, partitionOffsets }] });
    } catch {
      // It is for people to look at, and comes again with what is taken in next.
      return;
    }
  }
}
