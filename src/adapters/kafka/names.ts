/**
 * What things are called on the broker. With the prefix `thereupon`, what the context `ordering` publishes
 * is in the topic `thereupon.ordering`, and how far `billing` has come with it is shown as the consumer
 * group `thereupon.ordering.billing`. Names of contexts are plain enough for Kafka as they are.
 */
export interface Names {
  readonly topic: (publisher: string) => string;
  readonly group: (publisher: string, consumer: string) => string;
}

export function namesWith(prefix: string): Names {
  return {
    topic: (publisher) => `${prefix}.${publisher}`,
    group: (publisher, consumer) => `${prefix}.${publisher}.${consumer}`,
  };
}
