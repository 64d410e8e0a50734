import type { Clock } from '../../host/clock.ts';
import type { Ask } from './database.ts';
import type { PostgresClient, PostgresPool } from './postgres-client.ts';

/** It is looked again after this time, and ever later. */
const AGAIN_MS = 5;
/** So long is waited at most at a time. */
const WAIT_MS_MAX = 1_000;
/** More than this are not remembered: whoever lost so many has been cut off for long. */
const SESSIONS_MAX = 1_000;

/**
 * The sessions whose connections broke. A server does not notice at once that a connection is cut,
 * and goes on with what it was asked: a commit that waits for a lock may be done minutes later. So
 * before anybody looks whether something was committed, these are ended. One that waits for a
 * standby is not: it is committed here and would be seen, but it could still be lost with the server.
 */
export class LostSessions {
  readonly #clock: Clock;
  #lost: LostSession[] = [];
  #ending: Promise<void> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add({ processID }: PostgresClient): void {
    if (this.#lost.length === SESSIONS_MAX) this.#lost.shift();
    this.#lost.push({ pid: processID ?? 0, at: this.#clock.elapsedMs() });
  }

  /**
   * Resolves when none of them can commit anything any more. By their numbers they are ended;
   * behind a pooler, which gives out numbers of its own, they are waited for.
   *
   * @throws {CommitUnderWayError} when one still works after a while: ask again.
   */
  async ended(ask: Ask, isBehindPooler: boolean): Promise<void> {
    if (this.#lost.length === 0) return;
    this.#ending ??= this.#end(ask, isBehindPooler).finally(() => (this.#ending = undefined));
    await this.#ending;
  }

  async #end(ask: Ask, isBehindPooler: boolean): Promise<void> {
    const lost = [...this.#lost];
    const until = this.#clock.elapsedMs() + WAIT_MS_MAX;
    const sql = isBehindPooler ? STILL_COMMITTING : STILL_THERE;
    for (let gapMs = AGAIN_MS; ; gapMs *= 2) {
      const now = this.#clock.elapsedMs();
      const left = await ask<[number]>(sql, [
        lost.map(({ pid }) => pid),
        lost.map(({ at }) => Math.ceil(now - at)),
      ]);
      if (left.length === 0) break;
      if (now > until) throw new CommitUnderWayError(left.length);
      await this.#clock.sleep(gapMs);
    }
    // Waits as a commit does, for the disk and for the standby: what they committed is as safe then.
    await ask(`select pg_logical_emit_message(true, 'thereupon', '')`);
    this.#lost = this.#lost.filter((session) => !lost.includes(session));
  }
}

interface LostSession {
  readonly pid: number;
  /** When it was lost, on the clock that never goes back. */
  readonly at: number;
}

/** Ends them. A number is given out again, but not to a session that began before the loss. */
const STILL_THERE = `
  select a.pid, case when a.wait_event is distinct from 'SyncRep' then pg_terminate_backend(a.pid) end
  from unnest($1::integer[], $2::bigint[]) l (pid, ms) join pg_stat_activity a on a.pid = l.pid
  where a.usename = current_user and a.datname = current_database()
    and a.backend_start < clock_timestamp() - l.ms * interval '1 ms'`;

const STILL_COMMITTING = `
  select a.pid from pg_stat_activity a
  where a.usename = current_user and a.datname = current_database() and a.state = 'active'
    and (a.query ~ 'commit_(one_)?v1\\(' or a.query = 'commit')
    and a.query_start < clock_timestamp() - (
      select min(l.ms) from unnest($1::integer[], $2::bigint[]) l (pid, ms)) * interval '1 ms'`;

/** The same pool, which tells of each connection that breaks. */
export function tellingOfLosses(
  pool: PostgresPool,
  onLost: (client: PostgresClient) => void,
): PostgresPool {
  const known = new WeakSet<PostgresClient>();
  return {
    async connect() {
      const client = await pool.connect();
      if (!known.has(client)) client.on('error', () => onLost(client));
      known.add(client);
      return client;
    },
    end: () => pool.end(),
    on: (event, listener) => pool.on(event, listener),
    off: (event, listener) => pool.off(event, listener),
  };
}

/** A connection broke in the middle of a commit, and the server still works on that. */
export class CommitUnderWayError extends Error {
  override readonly name = 'CommitUnderWayError';
  readonly code = 'commit-under-way';
  readonly retryable = true;

  constructor(count: number) {
    super(
      `Connections broke in the middle of ${count} commits that the server still works on: whether ` +
        'they are done cannot be told yet. Ask again; pg_stat_activity shows what they wait for.',
    );
  }
}
