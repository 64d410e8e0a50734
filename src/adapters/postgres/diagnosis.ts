import type { ClockOffset, Diagnosis, Runner } from '../../log/diagnosis.ts';
import type { Holder } from '../../log/holder.ts';
import type { Holdings } from '../../log/membership.ts';
import type { Ask } from './database.ts';
import { horizonHolders } from './horizon-holders.ts';
import { allMembers } from './members.ts';
import { formatOf } from './migrate.ts';
import type { Place } from './schema.ts';
import type { Server } from './server.ts';

/** Processes are members, and writers hold up readers, since this format. */
const MEMBERS_SINCE = 4;
/** A transaction that is younger is no trouble. */
const OPEN_MS_MIN = 1_000;
/** Of so many questions the one that came back first tells the time best. */
const CLOCK_QUESTIONS = 3;

/** Who runs a context on this server, who holds its readers up, and what lies between. */
export async function diagnosisOf(
  server: Server,
  place: Place,
  leaseMs: number,
): Promise<Diagnosis> {
  const { ask, session, isBehindPooler } = server;
  const isThere = (await formatOf(ask, place)) >= MEMBERS_SINCE;
  return {
    isShared: true,
    runners: isThere ? await runnersOf(ask, place, leaseMs) : [],
    heldBy: isThere ? await heldBy(server, place) : null,
    clock: await clockOffset(server),
    pooler: { isBetween: isBehindPooler, isPassedBy: isBehindPooler && session.hears },
    disk: null,
  };
}

async function runnersOf(ask: Ask, place: Place, leaseMs: number): Promise<readonly Runner[]> {
  const members = await allMembers(ask, place, leaseMs);
  return members.map(([host, pid, beatAgoMs, isAlive, holds]) => ({
    pid,
    host,
    startedAt: null,
    beatAgoMs,
    isAlive,
    holds: JSON.parse(holds) as Holdings,
  }));
}

/** For how long: since that was recorded which nobody can read, but not longer than it is open. */
async function heldBy({ ask, host }: Server, place: Place): Promise<Holder | null> {
  const [holder] = await horizonHolders(ask, place);
  if (holder === undefined || holder.openMs < OPEN_MS_MIN) return null;
  // log_by_position of each partition.
  const sql = `select recorded_at from ${place.schema}.log where position > $1
    order by position limit 1`;
  const [first] = await ask<[number]>(sql, [holder.heldAt]);
  if (first === undefined) return null;
  const sinceMs = Math.max(0, host.clock.now() - first[0]);
  return { ...holder, heldMs: Math.min(holder.openMs, sinceMs) };
}

/** What the server's clock shows in the middle of a question; wrong by half of how long that took. */
async function clockOffset({ ask, host }: Server): Promise<ClockOffset> {
  const { clock } = host;
  let best: ClockOffset = { aheadMs: 0, withinMs: Number.POSITIVE_INFINITY };
  for (let count = 0; count < CLOCK_QUESTIONS; count += 1) {
    const before = clock.elapsedMs();
    const began = clock.now();
    const sql = `select (extract(epoch from clock_timestamp()) * 1000)::bigint`;
    const [[now] = [began]] = await ask<[number]>(sql);
    const withinMs = (clock.elapsedMs() - before) / 2;
    if (withinMs < best.withinMs) best = { aheadMs: now - began - withinMs, withinMs };
  }
  return { aheadMs: Math.round(best.aheadMs), withinMs: Math.ceil(best.withinMs) };
}
