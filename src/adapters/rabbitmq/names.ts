/**
 * What things are called on the server. With the prefix `thereupon`, what the context `ordering` publishes
 * goes to the exchange `thereupon.ordering`, by the name of its contract; what `billing` takes of it
 * waits in the queue `thereupon.ordering.billing`.
 */
export interface Names {
  readonly exchange: (publisher: string) => string;
  readonly queue: (publisher: string, consumer: string) => string;
}

export function namesWith(prefix: string): Names {
  return {
    exchange: (publisher) => `${prefix}.${publisher}`,
    queue: (publisher, consumer) => `${prefix}.${publisher}.${consumer}`,
  };
}
