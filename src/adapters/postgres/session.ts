import type { Clock } from '../../host/clock.ts';
import { askOn, connect } from './database.ts';
import type { Notification, PostgresClient, PostgresPool } from './postgres-client.ts';
import { listenSql } from './listeners.ts';

/** After the connection broke it is made again after this time, and then ever later. */
const AGAIN_MS = 50;
const AGAIN_MS_MAX = 2_000;

/**
 * The one connection of a process that stays open: it hears what others commit, and holds the
 * locks by which others see that the process lives. When it breaks it is made again, everything is asked
 * for anew, and all who listen are told: they may have missed something.
 *
 * Behind a pooler there may be none: then nothing is heard, and no lock is ever had.
 */
export class Session {
  readonly #pool: PostgresPool | undefined;
  readonly #clock: Clock;
  readonly #onNotification: (notification: Notification) => void;
  readonly #onAnew: () => void;
  readonly #hello: string;
  readonly #channels = new Set<string>();
  readonly #locks = new Map<string, HeldLock>();
  readonly #stopped = new AbortController();
  #client: PostgresClient | undefined;
  #connecting: Promise<PostgresClient> | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: {
    /** Undefined where no connection stays what it is. */
    readonly pool: PostgresPool | undefined;
    readonly clock: Clock;
    readonly onNotification: (notification: Notification) => void;
    /** The connection broke and was made again: something may have been missed. */
    readonly onAnew: () => void;
    /** What others hear on a channel when this begins to listen to it. */
    readonly hello: string;
  }) {
    this.#pool = options.pool;
    this.#clock = options.clock;
    this.#onNotification = options.onNotification;
    this.#onAnew = options.onAnew;
    this.#hello = options.hello;
  }

  /** Whether it hears what is told at all. */
  get hears(): boolean {
    return this.#pool !== undefined;
  }

  /** The number of the server's process that it speaks to; 0 while there is none. */
  get pid(): number {
    return this.#client?.processID ?? 0;
  }

  /** Hears what is told on a channel, from when this resolves. */
  async listen(channel: string): Promise<void> {
    if (this.#pool === undefined) return;
    const isNew = !this.#channels.has(channel);
    this.#channels.add(channel);
    // One that broke before it was ever made is made now.
    const client = await this.#open(this.#pool);
    if (!isNew) return;
    await this.#inTurn(() => ask(client, listenSql(channel, this.#hello)));
  }

  /** Takes a lock that the process keeps until it gives it up or ends; false: somebody has it. */
  async lock(lock: HeldLock): Promise<boolean> {
    if (this.#pool === undefined) return false;
    const client = await this.#open(this.#pool);
    if (!(await this.#inTurn(() => take(client, lock)))) return false;
    this.#locks.set(lock.name, lock);
    return true;
  }

  /** Whether the lock is held at this moment, as far as is known. */
  holds(name: string): boolean {
    return this.#locks.has(name) && this.#client !== undefined;
  }

  async unlock(name: string): Promise<void> {
    const lock = this.#locks.get(name);
    this.#locks.delete(name);
    const client = this.#client;
    if (lock === undefined || client === undefined) return;
    await this.#inTurn(() => ask(client, `select pg_advisory_unlock(${lock.key})`));
  }

  close(): void {
    this.#stopped.abort();
    const client = this.#client;
    this.#client = undefined;
    client?.off('notification', this.#onNotification);
    // Not back into the pool: it listens, and may hold locks.
    client?.release(true);
  }

  /** A connection is asked one thing at a time. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #open(pool: PostgresPool): Promise<PostgresClient> {
    if (this.#client !== undefined) return this.#client;
    this.#connecting ??= this.#connect(pool).finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  async #connect(pool: PostgresPool): Promise<PostgresClient> {
    const client = await connect(pool);
    const broken = (): void => {
      if (this.#client !== client) return;
      this.#client = undefined;
      client.release(true);
      void this.#reconnect(pool);
    };
    client.on('error', broken);
    client.on('end', broken);
    client.on('notification', this.#onNotification);
    try {
      for (const channel of this.#channels) await ask(client, listenSql(channel, this.#hello));
      // A lock that somebody else took meanwhile is lost for good.
      for (const lock of this.#locks.values())
        if (!(await take(client, lock))) this.#locks.delete(lock.name);
    } catch (error) {
      client.release(true);
      throw error;
    }
    // Closed while it was being made: nobody would close it any more.
    if (this.#stopped.signal.aborted) client.release(true);
    else this.#client = client;
    return client;
  }

  async #reconnect(pool: PostgresPool): Promise<void> {
    const { signal } = this.#stopped;
    for (let delayMs = AGAIN_MS; !signal.aborted; delayMs = Math.min(delayMs * 2, AGAIN_MS_MAX)) {
      await this.#clock.sleep(delayMs, signal);
      if (signal.aborted) return;
      try {
        await this.#open(pool);
        this.#onAnew();
        return;
      } catch {
        // The server is still away. Whoever asks it something meets the error where it can be told.
      }
    }
  }
}

/** A lock that says that its holder lives: `key` is what is put between the brackets of the lock function. */
export interface HeldLock {
  readonly name: string;
  readonly key: string;
}

async function take(client: PostgresClient, lock: HeldLock): Promise<boolean> {
  const [row] = await ask<[boolean]>(client, `select pg_try_advisory_lock(${lock.key})`);
  return row?.[0] === true;
}

function ask<Row extends readonly unknown[]>(client: PostgresClient, sql: string) {
  return askOn(client, { isNamed: false })<Row>(sql);
}
