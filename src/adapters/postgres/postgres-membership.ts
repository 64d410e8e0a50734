import { hostname } from 'node:os';
import type { Member, Membership, NewMember } from '../../log/membership.ts';
import { type Ask, askOn, connect } from './database.ts';
import type { Server, WatchedContext } from './server.ts';
import { classOf, liveSql } from './members.ts';
import type { Place } from './schema.ts';

/** Who does not say that it lives for so long is taken for dead, unless configured otherwise. */
export const LEASE_MS = 10_000;

/**
 * The processes that run a context, as rows. A process that ends is seen at once by the lock that
 * goes with its connection; one that stands still, or is cut off, when it has not beaten for a
 * lease, by the clock of the server.
 */
export function postgresMembership(
  server: Server,
  watched: WatchedContext,
  leaseMs: number,
): Membership {
  const { place } = watched;
  const holdings = new Map<string, string>();
  let living: ReadonlySet<string> = new Set();
  /** Whoever was killed may have committed something that it did not come to tell of. */
  const lookWhoIsGone = (members: readonly Member[]): void => {
    const ids = new Set(members.map(({ id }) => id));
    if ([...living].some((id) => !ids.has(id))) watched.changes.tell();
    living = ids;
  };
  return {
    leaseMs,
    join: (member, setUp) => join(server, place, { member, setUp, leaseMs }),
    whileNobodyJoins: (work) =>
      alone(server, 'pg_try_advisory_xact_lock', place, (ask) =>
        liveNow(ask, place, leaseMs).then(work),
      ),
    async beat(id, holds) {
      const text = JSON.stringify(holds);
      const isNew = holdings.get(id) !== text;
      const members = await server.beat({ place, id, holds: text, leaseMs });
      holdings.set(id, text);
      if (isNew) server.membersChanged(place);
      if (members !== undefined) lookWhoIsGone(members);
      return members?.map((member) => (member.id === id ? { ...member, holds } : member));
    },
    async leave(id) {
      holdings.delete(id);
      await server.session.unlock(lockName(id));
      await server.ask(`delete from ${place.schema}.members where id = $1`, [id]);
      server.membersChanged(place);
    },
    onChange: (listener) => watched.members.listen(watched, listener),
  };
}

/** Set up by one at a time; only then it is one of them, as whoever sees it counts on it. */
async function join(
  server: Server,
  place: Place,
  joining: {
    readonly member: NewMember;
    readonly setUp: (others: readonly Member[]) => Promise<void>;
    readonly leaseMs: number;
  },
): Promise<void> {
  const { member, setUp, leaseMs } = joining;
  await alone(server, 'pg_advisory_xact_lock', place, async (ask) => {
    await setUp(await liveNow(ask, place, leaseMs));
    await enter(server, place, member);
  });
  server.membersChanged(place);
}

/** Undefined when somebody else has the lock, and it was only tried. */
async function alone<T>(
  server: Server,
  lock: 'pg_advisory_xact_lock' | 'pg_try_advisory_xact_lock',
  place: Place,
  work: (ask: Ask) => Promise<T>,
): Promise<T | undefined> {
  const client = await connect(server.pool);
  const ask = askOn(client, { isNamed: false });
  try {
    // By a transaction, which has its connection to itself behind a pooler, too. It does nothing
    // else, holds no snapshot, and waits for as long as the work takes.
    await ask(
      `begin isolation level read committed; set local idle_in_transaction_session_timeout = 0`,
    );
    const [row] = await ask<[unknown]>(`select ${lock}(${classOf(place)}, 0)`);
    const result = row?.[0] === false ? undefined : await work(ask);
    await ask('commit');
    client.release();
    return result;
  } catch (error) {
    // With the connection goes its lock.
    client.release(true);
    throw error;
  }
}

async function liveNow(ask: Ask, place: Place, leaseMs: number): Promise<readonly Member[]> {
  const [row] = await ask<[string]>(liveSql(place, leaseMs));
  return JSON.parse(row?.[0] ?? '[]') as Member[];
}

async function enter(server: Server, place: Place, { id, knows }: NewMember): Promise<void> {
  const { schema } = place;
  const [row] = await server.ask<[number]>(
    `insert into ${schema}.members (id, knows, host, pid) values ($1, $2, $3, $4) returning number`,
    [id, JSON.stringify(knows), hostname(), process.pid],
  );
  const key = `${classOf(place)}, ${row?.[0] ?? 0}`;
  if (await server.session.lock({ name: lockName(id), key }))
    await server.ask(`update ${schema}.members set has_lock = true where id = $1`, [id]);
}

function lockName(id: string): string {
  return `member ${id}`;
}
