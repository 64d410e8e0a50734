/**
 * What things are called on the broker. With the prefix `thereupon`, what the context `ordering` publishes
 * is in the topic `thereupon.ordering`, and how far `billing` has come with it is shown as the consumer
 * group `thereupon.ordering.billing`. Names of contexts are plain enough for Kafka as they are.
 */
export interface Names {
  /** Of what a context publishes. */
  readonly topic: (publisher: string) => string;
  /** As which it is shown how far a consumer has come with that. */
  readonly group: (publisher: string, consumer: string) => string;
}

/** Those that somebody has given, and ours for all others. */
export function namesWith(prefix: string, given: Partial<Names> = {}): Names {
  return {
    topic: given.topic ?? ((publisher) => `${prefix}.${publisher}`),
    group: given.group ?? ((publisher, consumer) => `${prefix}.${publisher}.${consumer}`),
  };
}
