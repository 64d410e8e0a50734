import type { Backbone } from '../../src/backbone/backbone.ts';

/** A broker that is measured: a server of one's own, our backbone over it, and its bare client. */
export interface Broker {
  readonly name: string;
  readonly start: () => Promise<Server>;
  readonly backbone: (url: string, prefix: string) => Backbone;
  /** The bare client, set up for what our backbone uses: as durable, on the same kind of queue or stream. */
  readonly bare: (url: string, name: string) => Promise<BareClient>;
  /** How both are set: batches, how much is under way at a time, acknowledgements. */
  readonly settings: { readonly ours: string; readonly bare: string };
}

export interface Server {
  readonly url: string;
  /** By SIGKILL. */
  readonly kill: () => Promise<void>;
  /** With what it had. */
  readonly start: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export type Headers = Readonly<Record<string, string>>;

export interface BareClient {
  /** Hands over so many messages of these bytes, each with these headers, pipelined; resolves when all are confirmed. */
  readonly publish: (messages: readonly string[], headers?: Headers) => Promise<void>;
  /** Takes so many, and acknowledges them. */
  readonly consume: (count: number) => Promise<void>;
  /** Calls it for each message that comes from now on; resolves when it listens. */
  readonly listen: (heard: () => void) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** So many messages are unconfirmed at a time: of the bare client, as of our relay. More gains nothing. */
export const IN_FLIGHT = 1_024;

export function settingsOf({ settings: { ours, bare } }: Broker): string {
  return `ours: ${ours}; bare: ${bare}`;
}
