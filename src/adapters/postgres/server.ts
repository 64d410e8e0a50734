import type { Host } from '../../host/host.ts';
import { Changes } from './changes.ts';
import { type Ask, asking, type StatementOptions } from './database.ts';
import { ForeignCommits } from './foreign-commits.ts';
import { Horizon } from './horizon.ts';
import { LostSessions, tellingOfLosses } from './lost-sessions.ts';
import { type Beat, beatSql } from './members.ts';
import { listenerOf, listenersSql } from './listeners.ts';
import type { Member } from '../../log/membership.ts';
import type { PostgresPool } from './postgres-client.ts';
import { literal, type Place } from './schema.ts';
import { Session } from './session.ts';

/** It looks by itself whether others committed something so often: whoever commits tells at once. */
export const POLL_MS = 5_000;
/** Where nobody can be told it looks after this time, and ever later while there is nothing. */
const POLL_UNTOLD_MS = 25;
const POLL_UNTOLD_MS_MAX = 1_000;
/** Others are told of commits at most so often: the first at once, those that follow together. */
const TELL_MS = 2;
/** When the server could not be reached they are told after this time. */
const TELL_AGAIN_MS = 250;
/** Of who listens to the members of a context. */
const MEMBERS = ' members';
/** At the end of what is told of a commit that published nothing. */
const QUIET = ' quiet';
/** Of who begins to listen. */
const HELLO = ' hello';

/**
 * One database server as a process sees it: the pool, the connection that listens, and for each
 * context whose log is looked at how far that can be read and who waits for something new in it.
 */
export class Server {
  readonly host: Host;
  readonly pool: PostgresPool;
  readonly ask: Ask;
  readonly session: Session;
  readonly statements: StatementOptions;
  readonly #lostSessions: LostSessions;
  /** Whether a pooler stands between that gives each transaction another connection. */
  readonly isBehindPooler: boolean;
  /** The transactions that are not ours and have published something. */
  readonly foreignCommits: ForeignCommits;
  readonly #contexts = new Map<string, WatchedContext>();
  /** What others recognise our notifications by. */
  readonly #name: string;
  /** By channel, whether anything was published. */
  readonly #toTell = new Map<string, boolean>();
  #telling: Promise<void> | undefined;
  #beats: { readonly beat: Beat; readonly answer: PromiseWithResolvers<Member[] | undefined> }[] =
    [];
  #cancelPoll: (() => void) | undefined;
  #pollMs: number;
  #isClosed = false;
  /** Of the connection that stays open, where that is another one. */
  readonly #sessionPool: PostgresPool | undefined;
  readonly #isOwnPool: boolean;
  readonly #onPoolError = (): void => {
    // A connection at rest broke; the pool makes another. Unheard it would end the process.
  };

  constructor(options: {
    readonly host: Host;
    readonly pool: PostgresPool;
    /** Whether it ends together with this. */
    readonly isOwnPool: boolean;
    /**
     * Makes the connection that stays open, and ends together with this when it is another one;
     * undefined where none stays what it is, behind a pooler.
     */
    readonly sessionPool: PostgresPool | undefined;
    readonly isBehindPooler: boolean;
    readonly statements: StatementOptions;
  }) {
    this.host = options.host;
    this.#isOwnPool = options.isOwnPool;
    this.#lostSessions = new LostSessions(options.host.clock);
    this.isBehindPooler = options.isBehindPooler;
    this.pool = tellingOfLosses(options.pool, (client) => this.#lostSessions.add(client));
    this.statements = options.statements;
    this.ask = asking(this.pool, options.statements);
    this.#name = options.host.ids.next();
    this.pool.on('error', this.#onPoolError);
    this.#sessionPool = options.sessionPool === options.pool ? undefined : options.sessionPool;
    this.#sessionPool?.on('error', this.#onPoolError);
    this.#pollMs = options.sessionPool === undefined ? POLL_UNTOLD_MS : POLL_MS;
    this.session = new Session({
      pool: options.sessionPool,
      clock: options.host.clock,
      onNotification: ({ channel, payload }) => {
        const watched = this.#contexts.get(channel);
        if (watched === undefined || payload?.startsWith(this.#name) === true) return;
        othersHeard(watched);
        if (payload?.endsWith(HELLO) === true) return;
        if (payload?.endsWith(MEMBERS) === true) watched.members.tell();
        else watched.changes.tell(undefined, { isPublishing: payload?.endsWith(QUIET) !== true });
      },
      onAnew: () => {
        for (const watched of this.#contexts.values()) {
          // Somebody may have begun to listen unheard, and was then told of nothing.
          othersHeard(watched);
          this.#tell(watched.place, true);
          watched.changes.tell();
          watched.members.tell();
        }
      },
      hello: `${this.#name}${HELLO}`,
    });
    this.foreignCommits = new ForeignCommits({
      ask: this.ask,
      clock: options.host.clock,
      // By nobody who listens here: all of them look.
      onCommitted: (place) => this.committed(place, this),
    });
    this.#pollLater();
  }

  /** What is known of a context's log in this process; begins to listen to it. */
  async watch(place: Place): Promise<WatchedContext> {
    const channel = channelOf(place);
    let watched = this.#contexts.get(channel);
    if (watched === undefined) {
      const changes = new Changes();
      const { ask, host } = this;
      const onMove = (): void => changes.tell();
      const horizon = new Horizon({ ask, place, clock: host.clock, onMove });
      const members = new Changes();
      const seen = { reached: 0, rowChanges: undefined, hasOthers: true, timesHeard: 0 };
      watched = { place, changes, members, horizon, ...seen };
      this.#contexts.set(channel, watched);
    }
    await this.session.listen(channel);
    return watched;
  }

  /** Resolves when nothing is committed any more over connections that broke: see `LostSessions`. */
  lostEnded(): Promise<void> {
    return this.#lostSessions.ended(this.ask, this.isBehindPooler);
  }

  /**
   * Something was committed by `origin`: those in this process hear it, and then the others; when
   * nothing was published, those who look at that need not.
   */
  committed(place: Place, origin: object, { isPublishing = true } = {}): void {
    const channel = channelOf(place);
    const watched = this.#contexts.get(channel);
    watched?.changes.tell(origin, { isPublishing });
    if (!this.session.hears) this.#pollSoon();
    if (watched?.hasOthers !== false) this.#tell(place, isPublishing);
  }

  #tell(place: Place, isPublishing: boolean): void {
    this.#keep(channelOf(place), isPublishing);
    this.#telling ??= this.#tellOthers();
  }

  #keep(channel: string, isPublishing: boolean): void {
    this.#toTell.set(channel, isPublishing || this.#toTell.get(channel) === true);
  }

  /** Who runs a context has changed, or what they work on. */
  membersChanged(place: Place): void {
    const channel = channelOf(place);
    this.#contexts.get(channel)?.members.tell();
    void this.#notify([channel], [`${this.#name}${MEMBERS}`]);
  }

  /** Asked together with the beats of other contexts that come at the same moment. */
  beat(beat: Beat): Promise<Member[] | undefined> {
    const answer = Promise.withResolvers<Member[] | undefined>();
    if (this.#beats.push({ beat, answer }) === 1) void this.#beatAll();
    return answer.promise;
  }

  async #beatAll(): Promise<void> {
    await this.host.clock.turn();
    const beats = this.#beats;
    this.#beats = [];
    try {
      const { sql, values } = beatSql(beats.map(({ beat }) => beat));
      for (const [index, members] of await this.ask<[number, string | null]>(sql, values))
        beats[index]?.answer.resolve(
          members === null ? undefined : (JSON.parse(members) as Member[]),
        );
    } catch (error) {
      for (const { answer } of beats) answer.reject(error);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelPoll?.();
    for (const { horizon } of this.#contexts.values()) horizon.close();
    await this.foreignCommits.close();
    await this.#telling;
    this.session.close();
    // One of our own is ended now, and may still have something to say.
    if (!this.#isOwnPool) this.pool.off('error', this.#onPoolError);
    else await this.pool.end();
    await this.#sessionPool?.end();
  }

  /**
   * In a transaction of its own, since one that notifies holds up all others that do while it
   * commits; and for all that was committed meanwhile at once.
   */
  async #tellOthers(): Promise<void> {
    while (this.#toTell.size > 0) {
      const telling = new Map(this.#toTell);
      const payloads = [...telling.values()].map((isPublishing) =>
        isPublishing ? this.#name : `${this.#name}${QUIET}`,
      );
      this.#toTell.clear();
      const isTold = await this.#notify([...telling.keys()], payloads);
      // Whoever ends untold is missed by the others, who then look by themselves.
      if (this.#isClosed) continue;
      if (!isTold) for (const [channel, isPublishing] of telling) this.#keep(channel, isPublishing);
      await this.host.clock.sleep(isTold ? TELL_MS : TELL_AGAIN_MS);
    }
    this.#telling = undefined;
  }

  /** Whether they were told; false when the server could not be reached. */
  async #notify(channels: readonly string[], payloads: readonly string[]): Promise<boolean> {
    const sql =
      'select pg_notify(channel, payload) from unnest($1::text[], $2::text[]) t (channel, payload)';
    try {
      await this.ask(sql, [channels, payloads]);
      return true;
    } catch {
      return false;
    }
  }

  #pollLater(): void {
    this.#cancelPoll = this.host.clock.after(this.#pollMs, () => {
      void this.#poll().then((isNew) => {
        if (!this.session.hears) this.#pollMs = this.#untoldPollMs(isNew);
        if (!this.#isClosed) this.#pollLater();
      });
    });
  }

  #untoldPollMs(isNew: boolean): number {
    return isNew ? POLL_UNTOLD_MS : Math.min(POLL_UNTOLD_MS_MAX, this.#pollMs * 2);
  }

  /** Where one thing happens there is often more to come. */
  #pollSoon(): void {
    if (this.#pollMs === POLL_UNTOLD_MS || this.#isClosed) return;
    this.#pollMs = POLL_UNTOLD_MS;
    this.#cancelPoll?.();
    this.#pollLater();
  }

  /**
   * One question for all contexts: how far their sequences are, how often rows that wait were changed,
   * and who else listens. Whoever commits may be killed before it has told anybody, and a timer, a
   * pause or a request has no position. The server counts changes a moment late, and when their
   * connection ends at the latest.
   */
  async #poll(): Promise<boolean> {
    const heard = [...this.#contexts.values()].filter(({ changes }) => changes.isHeard);
    if (heard.length === 0) return false;
    const sql = heard.map(
      ({ place: { schema } }, index) => `
        select ${index}, case when is_called then last_value else 0 end,
          pg_stat_get_tuples_inserted(w) + pg_stat_get_tuples_updated(w)
            + pg_stat_get_tuples_deleted(w)
        from ${schema}.log_position, cast(${literal(`${schema}.waiting`)}::regclass as oid) w`,
    );
    if (this.session.hears) sql.push(listenersSql(this.session.pid));
    const timesHeard = heard.map((watched) => watched.timesHeard);
    let isNew = false;
    try {
      const rows = await this.ask<[number, number, number]>(sql.join(' union all '));
      const listeners = new Set(rows.filter(([index]) => index === -1).map(([, of]) => of));
      for (const [index, drawn, rowChanges] of rows) {
        const watched = heard[index];
        if (watched === undefined) continue;
        // Who began to listen meanwhile may have come too late to be seen, and has said so.
        if (this.session.hears && watched.timesHeard === timesHeard[index])
          watched.hasOthers = listeners.has(listenerOf(channelOf(watched.place)));
        const isChanged = haveRowsChanged(watched, rowChanges);
        if (!(await hasMore(watched, drawn)) && !isChanged) continue;
        watched.changes.tell();
        isNew = true;
      }
    } catch {
      // The server is away, or one of the logs: whoever is told asks it, and meets the error.
      for (const { changes } of heard) changes.tell();
    }
    return isNew;
  }
}

/** A context's log as this process sees it. */
export interface WatchedContext {
  readonly place: Place;
  readonly changes: Changes;
  /** Told when somebody joins or leaves, or works on something else. */
  readonly members: Changes;
  readonly horizon: Horizon;
  /** How far the last poll could read: all were told of what is up to there. */
  reached: number;
  /** How often rows that wait had been changed at the last poll. */
  rowChanges: number | undefined;
  /** Whether another process may listen; it is taken to until nobody is found. */
  hasOthers: boolean;
  /** How often something was heard of others. */
  timesHeard: number;
}

/**
 * Whether more can be read than at the last poll. A position that was drawn already may be committed
 * later, by somebody who tells nobody: it is new until the horizon has passed it. What the horizon
 * has passed somebody here has read, and need have told nobody of.
 */
async function hasMore(watched: WatchedContext, drawn: number): Promise<boolean> {
  const known = watched.reached;
  // Less than was known: it looks why.
  if (drawn === known) return false;
  watched.reached = await watched.horizon.look();
  return watched.reached > known;
}

/** Before the first poll nobody can have been told of more than there is. */
function haveRowsChanged(watched: WatchedContext, rowChanges: number): boolean {
  const known = watched.rowChanges;
  watched.rowChanges = rowChanges;
  return known !== undefined && known !== rowChanges;
}

function othersHeard(watched: WatchedContext): void {
  watched.hasOthers = true;
  watched.timesHeard += 1;
}

/** Where changes of a log are told. */
function channelOf({ context }: Place): string {
  return `thereupon ${context}`;
}
