import type { Backbone, Capabilities, Consumer, Inlet, Outlet, Surroundings } from './backbone.ts';

/**
 * Several backbones in one application: what each context publishes goes by one of them, to all who
 * listen to it. Routes are by publisher, not by contract: what one context publishes of one key must
 * stay in order, and two backbones know nothing of each other's.
 *
 * @param otherwise carries what has no route of its own
 * @param routes by the name of the publishing context
 * @throws {RouteUnknownError} at the start, when a route is for a context that nobody knows
 * @example
 * const app = await run([ordering, billing], {
 *   store: sqlite('./data'),
 *   backbone: routes(embedded(), { ordering: nats('nats://localhost:4222') }),
 * });
 */
export function routes(
  otherwise: Backbone,
  byPublisher: Readonly<Record<string, Backbone>>,
): Backbone {
  return new Routes(otherwise, new Map(Object.entries(byPublisher)));
}

class Routes implements Backbone {
  readonly name: string;
  readonly capabilities: Capabilities;
  readonly #otherwise: Backbone;
  readonly #routes: ReadonlyMap<string, Backbone>;
  /** Each once, however many routes lead over it. */
  readonly #all: ReadonlySet<Backbone>;

  constructor(otherwise: Backbone, byPublisher: ReadonlyMap<string, Backbone>) {
    this.#otherwise = otherwise;
    this.#routes = byPublisher;
    this.#all = new Set([otherwise, ...byPublisher.values()]);
    const all = [...this.#all];
    this.name = [...new Set(all.map(({ name }) => name))].join(' and ');
    this.capabilities = {
      order:
        WEAKEST_FIRST.find((order) => all.some((each) => each.capabilities.order === order)) ??
        'none',
      replay: all.every((each) => each.capabilities.replay),
      confirmed: all.every(({ capabilities }) => capabilities.confirmed === 'synced')
        ? 'synced'
        : 'written',
    };
  }

  for(publisher: string): Backbone {
    return this.#routes.get(publisher) ?? this.#otherwise;
  }

  async start(surroundings: Surroundings): Promise<void> {
    const known = surroundings.publishers;
    for (const publisher of this.#routes.keys())
      if (known?.includes(publisher) === false) throw new RouteUnknownError(publisher, known);
    for (const backbone of this.#all) await backbone.start(surroundings);
  }

  outlet(publisher: string): Promise<Outlet | undefined> {
    return this.for(publisher).outlet(publisher);
  }

  inlet(consumer: Consumer): Promise<Inlet> {
    return this.for(consumer.source).inlet(consumer);
  }

  async probe(): Promise<void> {
    for (const backbone of this.#all) await backbone.probe?.();
  }

  async close(): Promise<void> {
    // Each as far as it goes: one that fails must not keep the others open.
    const results = await Promise.allSettled([...this.#all].map((each) => each.close()));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }
}

const WEAKEST_FIRST = ['none', 'key', 'log'] as const;

/** There is a route for a context that is not in the map, and that nobody listens to. */
export class RouteUnknownError extends Error {
  override readonly name = 'RouteUnknownError';
  readonly code = 'route-unknown';
  readonly retryable = false;
  readonly publisher: string;

  constructor(publisher: string, known: readonly string[]) {
    super(
      `There is a route for "${publisher}", which no context of the map is called; look how it is spelled. ` +
        `Known are: ${known.join(', ')}.`,
    );
    this.publisher = publisher;
  }
}
