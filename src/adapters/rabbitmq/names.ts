/**
 * What things are called on the server. With the prefix `thereupon`, what the context `ordering` publishes
 * goes to the exchange `thereupon.ordering`, by the name of its contract; what `billing` takes of it
 * waits in the queue `thereupon.ordering.billing`.
 */
export interface RabbitmqNames {
  /** Where a context publishes; several may have one together. */
  readonly exchange: (publisher: string) => string;
  /** Where what a context takes from another one waits: one for each pair, and for nobody else. */
  readonly queue: (publisher: string, consumer: string) => string;
}

/** The server takes none that are longer … */
const NAME_BYTES_MAX = 255;
/** … and keeps those that begin so for itself. */
const RESERVED = 'amq.';

/** Names of somebody's own where there are any, else those with the prefix; none that cannot be. */
export function namesWith(prefix: string, own: Partial<RabbitmqNames> = {}): RabbitmqNames {
  const {
    exchange = (publisher) => `${prefix}.${publisher}`,
    queue = (publisher, consumer) => `${prefix}.${publisher}.${consumer}`,
  } = own;
  const known = new Map<string, string>();
  return {
    exchange: (publisher) => checked(exchange(publisher), `the exchange of "${publisher}"`),
    queue(publisher, consumer) {
      const what = `the queue of "${consumer}" for what "${publisher}" publishes`;
      const name = checked(queue(publisher, consumer), what);
      const other = known.get(name);
      // Each would be given a part of what is the other's, and acknowledge it.
      if (other !== undefined && other !== what)
        throw new RabbitmqNameError(name, `is ${other}, and also ${what}`);
      known.set(name, what);
      return name;
    },
  };
}

function checked(name: unknown, what: string): string {
  if (typeof name !== 'string' || name === '')
    throw new RabbitmqNameError(String(name), `is no name for ${what}`);
  if (Buffer.byteLength(name) > NAME_BYTES_MAX)
    throw new RabbitmqNameError(name, `for ${what} has more than ${NAME_BYTES_MAX} bytes`);
  if (name.startsWith(RESERVED))
    throw new RabbitmqNameError(
      name,
      `for ${what} begins with "${RESERVED}", which the server keeps for itself`,
    );
  return name;
}

/** What `prefix` or `names` calls an exchange or a queue cannot be. Nothing was made on the server. */
export class RabbitmqNameError extends Error {
  override readonly name = 'RabbitmqNameError';
  readonly code = 'rabbitmq-name';
  readonly retryable = false;
  /** What it was to be called. */
  readonly wanted: string;

  constructor(wanted: string, problem: string) {
    super(
      `On RabbitMQ "${wanted}" ${problem}. Mend "prefix" or "names" of rabbitmq({ … }): each pair of a ` +
        'publisher and a consumer has a queue of its own.',
    );
    this.wanted = wanted;
  }
}
