import { BackboneUnavailableError } from '../../backbone/backbone.ts';
import { envelopeFrom } from '../../backbone/cloud-event.ts';
import type { Clock } from '../../host/clock.ts';
import { LogReplacedError } from '../../log/log-replaced.ts';
import { charactersOf } from '../../log/page.ts';
import { RecordsDroppedError } from '../../log/retention.ts';
import type { PublishedLog, PublishedQuery, PublishedRecord } from '../../log/store.ts';
import { readMessage } from './headers.ts';
import type { StreamInfo } from './nats-client.ts';
import type { Names } from './names.ts';
import type { Reached } from './reached.ts';
import { StreamCursor, type StreamMessage } from './stream-cursor.ts';

/** So long at a time the server is asked to say when there is more. */
const WAIT_MS = 30_000;
/** So long a server may be behind the one that leads. */
const BEHIND_MS = 2_000;
/** After a failure it is asked again after this time, and then ever later. */
const AGAIN_MS = 50;
const AGAIN_MS_MAX = 2_000;

const NOTHING = { from: Number.POSITIVE_INFINITY, types: new Set<string>() };

export interface PublishedStreamOptions {
  readonly publisher: string;
  readonly names: Names;
  readonly clock: Clock;
  /** The contracts to which somebody is known to listen, wherever they run. */
  readonly heard: ReadonlySet<string>;
  /** A connection, and the publisher's stream, made when it is not there. */
  readonly reach: () => Promise<Reached>;
}

/**
 * A stream of JetStream as what a context has published: positions are those of the stream, its epoch
 * is when it was made. Consumers keep their places in their own logs, in the commit that takes the
 * messages in, so that the server keeps none.
 */
export class PublishedStream implements PublishedLog {
  readonly #options: PublishedStreamOptions;
  readonly #stream: string;
  readonly #listeners = new Set<() => void>();
  readonly #closing = new AbortController();
  /** The stream as it was last seen. */
  #known: StreamInfo | undefined;
  /** Where the newest are read. */
  #newest: StreamCursor | undefined;
  /** Between this place and that cursor there is nothing of these types. */
  #skipped: { readonly from: number; readonly types: ReadonlySet<string> } = NOTHING;
  /** By which it is heard that there are more. */
  #tail: StreamCursor | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #isWatching = false;

  constructor(options: PublishedStreamOptions) {
    this.#options = options;
    this.#stream = options.names.stream(options.publisher);
  }

  async epoch(): Promise<string> {
    return (await this.#info()).created;
  }

  async head(): Promise<number> {
    return (await this.#info()).state.last_seq;
  }

  /** One after the other: each goes on where the one before has ended. */
  read(query: PublishedQuery): Promise<readonly PublishedRecord[]> {
    return this.#inTurn(async () => {
      try {
        return await this.#read(query);
      } catch (error) {
        void this.#newest?.close();
        this.#newest = undefined;
        throw error;
      }
    });
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    if (!this.#isWatching) void this.#watch();
    this.#isWatching = true;
    return () => this.#listeners.delete(listener);
  }

  /** Something was published through this process: it need not wait until the server says so. */
  tell(): void {
    for (const listener of this.#listeners) listener();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([this.#newest?.close(), this.#tail?.close()]);
    this.#newest = undefined;
  }

  async #insteadOf(spent: StreamCursor): Promise<StreamCursor> {
    void spent.close();
    const reached = await this.#options.reach();
    this.#newest = await StreamCursor.open(reached, this.#stream, spent.position);
    return this.#newest;
  }

  /** A page, which ends with the record that reaches a bound. What has come beyond it waits for the next one. */
  async #read({ after, types, limit, charactersMax }: PublishedQuery): Promise<PublishedRecord[]> {
    const wanted = new Set(types);
    const bySubject = this.#bySubject(types);
    const records: PublishedRecord[] = [];
    let cursor = await this.#cursorAt(after, wanted);
    let charactersLeft = charactersMax ?? Number.POSITIVE_INFINITY;
    while (records.length < limit && charactersLeft > 0) {
      const message = cursor.take();
      if (message === undefined) {
        if (cursor.isSpent) cursor = await this.#insteadOf(cursor);
        if ((await cursor.fetch(limit)) || !(await this.#isAtEnd(cursor))) continue;
        break;
      }
      const record = this.#recordOf(message, bySubject, wanted);
      if (!wanted.has(record.addressedTo ?? record.type)) continue;
      records.push(record);
      charactersLeft -= charactersOf(record);
    }
    this.#skipped = { from: records.at(-1)?.position ?? after, types: wanted };
    return records;
  }

  /**
   * A reader lives on one of the servers that keep the stream, and that one may be behind the one that
   * leads, which has confirmed more: who asks whether all was read must not be told so.
   */
  async #isAtEnd(cursor: StreamCursor): Promise<boolean> {
    if ((this.#known?.config.num_replicas ?? 1) === 1) return true;
    const { state } = await this.#info();
    const isEmptied = state.messages === 0 || (state.num_deleted ?? 0) > 0;
    if (cursor.position >= state.last_seq || isEmptied) return true;
    if (await cursor.wait(BEHIND_MS)) return false;
    throw new BackboneUnavailableError('nats', `a server has not got ${state.last_seq} yet`);
  }

  async #cursorAt(after: number, types: ReadonlySet<string>): Promise<StreamCursor> {
    const reached = await this.#options.reach();
    const known = this.#newest;
    if (known?.connection === reached.connection && this.#isAt(known, after, types)) return known;
    await this.#assertKept(after);
    void known?.close();
    this.#newest = await StreamCursor.open(reached, this.#stream, after);
    this.#skipped = NOTHING;
    return this.#newest;
  }

  /** Who reads goes on behind the last one that was for him, whatever came after it. */
  #isAt({ position }: StreamCursor, after: number, types: ReadonlySet<string>): boolean {
    const { from, types: skipped } = this.#skipped;
    if (position === after) return true;
    return from <= after && after < position && [...types].every((type) => skipped.has(type));
  }

  async #assertKept(after: number): Promise<void> {
    const { state } = await this.#info();
    if (state.last_seq < after) throw new LogReplacedError(this.#options.publisher);
    if (after > 0 && state.first_seq > after + 1)
      throw new RecordsDroppedError(this.#options.publisher, after);
  }

  /**
   * @throws {LogReplacedError} when the stream was made anew, or is back at an earlier state: positions
   * mean something else by now than those who read here know.
   */
  async #info(): Promise<StreamInfo> {
    const { manager } = await this.#options.reach();
    const info = await manager.streams.info(this.#stream);
    this.#known ??= info;
    if (info.created !== this.#known.created || info.state.last_seq < this.#known.state.last_seq)
      throw new LogReplacedError(this.#options.publisher);
    this.#known = info;
    return info;
  }

  /** The contract that a message is of which does not say so. */
  #bySubject(types: readonly string[]): ReadonlyMap<string, string> {
    const { publisher, names } = this.#options;
    return new Map(types.map((type) => [names.subject(publisher, type), type]));
  }

  #recordOf(
    { position, at, message }: StreamMessage,
    bySubject: ReadonlyMap<string, string>,
    wanted: ReadonlySet<string>,
  ): PublishedRecord {
    const { attributes, data } = readMessage(message);
    const contract = bySubject.get(message.subject);
    const found = {
      id: `${this.#stream}/${position}`,
      source: this.#options.publisher,
      type: contract ?? message.subject,
      at,
    };
    const envelope = envelopeFrom(attributes, data, found);
    const record = {
      ...envelope,
      position,
      direction: 'outgoing',
      stream: null,
      version: null,
    } as const;
    const isKnown = wanted.has(record.type) || this.#isKnown(record.type, message.subject);
    return contract === undefined || isKnown ? record : { ...record, addressedTo: contract };
  }

  /**
   * Whether somebody listens to a type, or it may be published by that subject. What is neither nobody would ever hear
   * of, unless those are given it who listen to what the subject is for.
   */
  #isKnown(type: string, subject: string): boolean {
    const { publisher, names, heard } = this.#options;
    if (heard.has(type)) return true;
    try {
      return names.subject(publisher, type) === subject;
    } catch {
      // Names of the application need not know it: then it is published by no subject.
      return false;
    }
  }

  /** Tells those who listen when there is more, for as long as it is open. */
  async #watch(): Promise<void> {
    const { signal } = this.#closing;
    const { clock } = this.#options;
    let delayMs = AGAIN_MS;
    while (!signal.aborted) {
      try {
        const tail = await this.#openTail();
        while (!signal.aborted) {
          const isMore = await tail.wait(WAIT_MS);
          delayMs = AGAIN_MS;
          if (!isMore) continue;
          this.tell();
          tail.take();
        }
      } catch {
        if (signal.aborted) return;
        // Whoever is told asks, and meets the error.
        this.tell();
        await clock.sleep(delayMs, signal);
        delayMs = Math.min(AGAIN_MS_MAX, delayMs * 2);
      }
    }
  }

  async #openTail(): Promise<StreamCursor> {
    const reached = await this.#options.reach();
    const { state } = await reached.manager.streams.info(this.#stream);
    const tail = await StreamCursor.open(reached, this.#stream, state.last_seq, 'headers');
    this.#tail = tail;
    // Whatever came before it was there.
    this.tell();
    return tail;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}
