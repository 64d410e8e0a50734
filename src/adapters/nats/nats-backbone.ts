import {
  asUnavailable,
  type Backbone,
  type BackboneUnavailableError,
  type Consumer,
  type Envelope,
  type Inlet,
  isForGood,
  type Outlet,
  type Surroundings,
} from '../../backbone/backbone.ts';
import { attributesOf } from '../../backbone/cloud-event.ts';
import { handOverByKey } from '../../backbone/hand-over.ts';
import { LogToLog } from '../../backbone/log-to-log.ts';
import { writeHeaders } from './headers.ts';
import type { NatsConnection, NatsPackages, StreamInfo } from './nats-client.ts';
import { type Names, type NatsNames, namesWith } from './names.ts';
import { DUPLICATES_MS } from './publisher-stream.ts';
import { PublishedStream } from './published-stream.ts';
import type { Reached } from './reached.ts';
import { ServerConnection } from './server-connection.ts';
import type { NatsStreamSettings } from './stream-settings.ts';
import { asNotCarried, assertFits } from './too-large.ts';

/**
 * How a backbone on NATS JetStream is made. Whatever else is given goes to `connect` of
 * `@nats-io/transport-node` as it is: `user`, `pass`, `token`, `tls`, `authenticator` …
 */
export interface NatsOptions {
  /**
   * Addresses, such as `nats://localhost:4222`. Default: that one. They may have credentials, the same for all
   * servers: `nats://user:password@host`, `nats://token@host`.
   */
  readonly servers?: string | readonly string[];
  /**
   * What makes a connection: it is called when one is first wanted, after each that has closed for good, and for a
   * look whether the server is there, and must make another one each time. What it has made is closed at the end.
   * Or a connection of yours, which is left open: when that has closed for good, nothing goes on
   * (`NatsConnectionClosedError`). Default: one of our own.
   */
  readonly connection?: NatsConnection | (() => Promise<NatsConnection>);
  /**
   * The packages, where they are others than `@nats-io/transport-node` and `@nats-io/jetstream`, which are then not
   * needed: for websockets `{ ...core, ...jetstream, connect: core.wsconnect }`, of `@nats-io/nats-core` and
   * `@nats-io/jetstream`. Without `connection` they must have a `connect`. Default: they are loaded.
   */
  readonly client?: NatsPackages;
  /**
   * What the names of streams and subjects begin with. It may have dots, as in `my.app`; streams have `_` in
   * their place. Default `thereupon`.
   */
  readonly prefix?: string;
  /** Names of your own for streams and subjects. Default: by the prefix. */
  readonly names?: NatsNames;
  /** On so many servers of a cluster each stream is kept that is made here. Default 1. */
  readonly replicas?: number;
  /** Other settings of streams that are made here, such as `{ max_bytes: 50 * 2 ** 30 }`. Default: no limits. */
  readonly streamSettings?: NatsStreamSettings;
  /** So long a confirmation is waited for, in milliseconds. Default 5,000. */
  readonly confirmWithinMs?: number;
  readonly [option: string]: unknown;
}

const CONFIRM_WITHIN_MS = 5_000;

/**
 * NATS JetStream as the backbone: each publishing context has a stream, which keeps what it has
 * published, in order, for as long as the stream's own limits say: for ever, as it is made here. A
 * consumer reads it like a log and keeps its place in its own database, so the server keeps none.
 *
 * @param where an address such as `nats://localhost:4222`, or options
 * @throws {NatsOptionError} for options that cannot be used as they are
 * @throws {NatsClientMissingError} at the start, when the client is not installed
 * @throws {NatsStreamError} when a stream of that name is there and would lose messages
 * @example
 * const app = await run([ordering, billing], {
 *   store: sqlite('./data'),
 *   backbone: nats('nats://localhost:4222'),
 * });
 */
export function nats(where: string | NatsOptions): Backbone {
  return new NatsBackbone(typeof where === 'string' ? { servers: where } : where);
}

class NatsBackbone implements Backbone {
  readonly name = 'nats';
  readonly capabilities = {
    order: 'key',
    replay: true,
    confirmed: 'written',
    bytesMax: 1_048_576,
    dedupeWindowMs: DUPLICATES_MS,
  } as const;
  readonly #names: Names;
  readonly #confirmWithinMs: number;
  readonly #server: ServerConnection;
  readonly #reading = new LogToLog('nats');
  /** Those that are read here. */
  readonly #streams = new Map<string, PublishedStream>();
  #isStarted = false;

  constructor(options: NatsOptions) {
    const { prefix = 'thereupon', names, confirmWithinMs = CONFIRM_WITHIN_MS, ...rest } = options;
    this.#names = namesWith(prefix, names);
    this.#confirmWithinMs = confirmWithinMs;
    this.#server = new ServerConnection(this.#names, rest);
  }

  async start({ clock, publishers = [], listeners }: Surroundings): Promise<void> {
    // Wrong ones are told now, and not when something is published.
    for (const publisher of publishers)
      for (const nameOf of [this.#names.stream, this.#names.subjects]) nameOf(publisher);
    await this.#server.load();
    this.#isStarted = true;
    const published = async (publisher: string): Promise<PublishedStream> => {
      const reach = (): Promise<Reached> => this.#reach(publisher);
      const heard = new Set(listeners?.(publisher).flatMap(({ contracts }) => contracts));
      const names = this.#names;
      const stream = new PublishedStream({ publisher, names, clock, heard, reach });
      this.#streams.set(publisher, stream);
      return stream;
    };
    await this.#reading.start({ clock, published });
  }

  async outlet(publisher: string): Promise<Outlet> {
    let isOpen = true;
    return {
      publish: async (messages) => {
        if (!isOpen) throw this.#unavailable('the outlet is closed');
        await this.#publish(publisher, messages);
      },
      close: async () => {
        isOpen = false;
      },
    };
  }

  async inlet(consumer: Consumer): Promise<Inlet> {
    const inlet = await this.#reading.inlet(await this.#inThisStream(consumer));
    return {
      missing: inlet.missing ?? [],
      receive: (options) => inlet.receive(options),
      isDrained: () => inlet.isDrained(),
      // Who knows of something knows the epoch of the publisher's log, not that of its stream.
      lookAgain: () => inlet.lookAgain(),
      close: () => inlet.close(),
    };
  }

  async probe(): Promise<void> {
    await this.#asked(() => this.#server.probe());
  }

  async close(): Promise<void> {
    this.#isStarted = false;
    await this.#reading.close();
    await this.#server.close();
  }

  /**
   * A stream that was made anew, or is back at an earlier state after a power cut, is read from its
   * beginning: what was taken in already is known by its id.
   */
  async #inThisStream(consumer: Consumer): Promise<Consumer> {
    const { created, state } = await this.#info(consumer.source);
    const marks = consumer.marks.map((mark) => {
      const isHere = mark.epoch === created && mark.position <= state.last_seq;
      return mark.position <= 0 || isHere ? mark : { ...mark, epoch: created, position: 0 };
    });
    return { ...consumer, marks };
  }

  async #info(publisher: string): Promise<StreamInfo> {
    const { manager } = await this.#reach(publisher);
    return this.#asked(() => manager.streams.info(this.#names.stream(publisher)));
  }

  async #publish(publisher: string, messages: readonly Envelope[]): Promise<void> {
    const reached = await this.#reach(publisher);
    const failed = await handOverByKey(messages, (message) =>
      this.#hand(reached, publisher, message),
    );
    this.#streams.get(publisher)?.tell();
    if (failed === null) return;
    throw isForGood(failed.reason) ? failed.reason : this.#unavailable(failed.reason);
  }

  async #hand(reached: Reached, publisher: string, message: Envelope): Promise<void> {
    const { connection, jetstream, client } = reached;
    const headers = client.headers();
    writeHeaders(headers, attributesOf(message));
    assertFits(connection, message, headers);
    const options = { msgID: message.id, headers, timeout: this.#confirmWithinMs };
    try {
      await jetstream.publish(this.#names.subject(publisher, message.type), message.data, options);
    } catch (error) {
      throw asNotCarried(error, message, this.#names.stream(publisher));
    }
  }

  #reach(publisher: string): Promise<Reached> {
    if (!this.#isStarted) return Promise.reject(this.#unavailable('it was not started'));
    return this.#asked(() => this.#server.reach(publisher));
  }

  async #asked<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw isForGood(error) ? error : this.#unavailable(error);
    }
  }

  #unavailable(cause: unknown): BackboneUnavailableError {
    return asUnavailable(this.name, cause);
  }
}
