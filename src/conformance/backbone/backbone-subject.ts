import type { Backbone } from '../../backbone/backbone.ts';
import type { Store } from '../../log/store.ts';

/** A backbone to be held to the promises of the port, fresh, not started, with nothing in it. */
export interface BackboneSubject {
  readonly backbone: Backbone;
  /** Where the contexts at its ends keep their logs; an empty one, also in memory. */
  readonly store: Store;
  /** Cuts all its connections at once. Without it, some scenarios are skipped. */
  readonly cut?: () => void | Promise<void>;
  /**
   * Makes it unreachable for a while: its servers are stopped in order, or killed. What they have confirmed has to
   * be there afterwards. Without it, some scenarios are skipped.
   */
  readonly outage?: {
    readonly begin: (by: 'stop' | 'kill') => void | Promise<void>;
    readonly end: () => void | Promise<void>;
  };
  /**
   * Makes it lose what it answers: what clients say still arrives, and they hear of a broken connection in place
   * of the answer. Without it, a scenario is skipped.
   */
  readonly loseAnswers?: {
    readonly begin: () => void | Promise<void>;
    readonly end: () => void | Promise<void>;
  };
  /**
   * The same backbone connected anew and not started, as another process of the same contexts has it. The suite
   * starts and closes it. Without it, a scenario is skipped.
   */
  readonly another?: () => Backbone;
  /**
   * How a process of its own comes to the same backbone: processes that take and publish are started, and killed.
   * Without it, some scenarios are skipped.
   *
   * @example
   * // elsewhere.ts: export default (url: string): Backbone => broker(url);
   * const elsewhere = { module: import.meta.resolve('./elsewhere.ts'), argument: 'broker://localhost' };
   */
  readonly elsewhere?: {
    /** The address of a module whose default export makes the backbone, not started, of the argument. */
    readonly module: string;
    /** It is copied to the other process. */
    readonly argument: unknown;
  };
  /** A message of more bytes is refused by its server. Without it, a scenario is skipped. */
  readonly bytesMax?: number;
  /**
   * Publishes past the backbone, as somebody would who knows nothing of us, where messages of a contract
   * go. Without it, scenarios are skipped.
   */
  readonly stranger?: (message: StrangersMessage) => Promise<void>;
  /**
   * How many messages its servers hold of a publisher for a consumer that has taken none of them. Without
   * it, a scenario is skipped.
   */
  readonly held?: (publisher: string, consumer: string) => Promise<number>;
  /** Removes what it left. The backbone and all logs are closed before. */
  close(): Promise<void>;
}

/** A message by another program than ours. */
export interface StrangersMessage {
  readonly publisher: string;
  /** Told as the protocol itself tells what a message is, such as by its subject. */
  readonly contract: string;
  readonly body: string | Uint8Array;
  /** Of CloudEvents, by their names, as the binary mode of the protocol has them. Default: none. */
  readonly attributes?: Readonly<Record<string, string>>;
}
