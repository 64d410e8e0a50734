import { LogInUseError } from '../../log/log-in-use.ts';
import {
  EpochLostError,
  type NewEpoch,
  type RecoverOptions,
  type SeenByNeighbour,
} from '../../log/recover.ts';
import type { Ask } from './database.ts';
import { horizonHolders } from './horizon-holders.ts';
import { liveMembers } from './members.ts';
import { readMeta } from './meta.ts';
import { formatOf, migrate } from './migrate.ts';
import { seenByNeighbours } from './neighbours.ts';
import type { Place } from './schema.ts';
import type { Server } from './server.ts';
import { inTransaction } from './transaction.ts';

/** Whoever still writes to the log is waited for no longer than this. */
const LOCK_TIMEOUT_MS = 5_000;

/** Begins a new epoch of a log that was restored, or begins a lost one: see `Store.recover`. */
export function recover(
  server: Server,
  place: Place,
  { leaseMs, ...options }: RecoverOptions & { readonly leaseMs: number },
): Promise<NewEpoch> {
  return inTransaction(server, async (ask) => {
    const seen = await seenByNeighbours(ask, place);
    if ((await formatOf(ask, place)) === 0) {
      if (seen.length === 0) throw new LogUnknownError(place.context);
      if (options.accept === undefined) throw new EpochLostError(place.context, seen);
    }
    await migrate(ask, place, server.host.ids);
    await assertNobodyRuns(ask, place, leaseMs);
    await acceptLost({ server, ask, place, seen, accept: options.accept });
    const beyondElsewhere = seen.map(({ position }) => position);
    return begin(ask, place, {
      epoch: server.host.ids.next(),
      beyondElsewhere: Math.max(options.beyond ?? 0, ...beyondElsewhere),
    });
  });
}

/** They would go on in the epoch that they know. */
async function assertNobodyRuns(ask: Ask, place: Place, leaseMs: number): Promise<void> {
  const { context, schema } = place;
  const [member] = await liveMembers(ask, place, leaseMs);
  if (member !== undefined) throw new LogInUseError({ context, ...member });
  await ask(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
  await ask(`lock table ${schema}.log, ${schema}.meta in share row exclusive mode`);
  const [holder] = await horizonHolders(ask, place);
  if (holder !== undefined) throw new LogInUseError({ context, ...asOwner(holder.pid) });
}

function asOwner(pid: number | null): { pid?: number } {
  return pid === null ? {} : { pid };
}

/** A lost epoch becomes one of which nothing is shared: who has taken in of it begins anew. */
async function acceptLost(found: {
  readonly server: Server;
  readonly ask: Ask;
  readonly place: Place;
  readonly seen: readonly SeenByNeighbour[];
  readonly accept: RecoverOptions['accept'];
}): Promise<void> {
  const { server, ask, place, seen, accept } = found;
  const { context, schema } = place;
  const before = await ask<[string]>(`select epoch from ${schema}.predecessors`);
  const known = new Set(before.map(([epoch]) => epoch));
  known.add((await readMeta(ask, place, 'epoch')) ?? '');
  const lost = seen.filter(({ epoch }) => !known.has(epoch));
  if (lost.length === 0) return;
  if (accept === undefined) throw new EpochLostError(context, lost);
  const epochs = [...new Set(lost.map(({ epoch }) => epoch))];
  await ask(
    `insert into ${schema}.predecessors (epoch, up_to) select e, 0 from unnest($1::text[]) e`,
    [epochs],
  );
  const { ids, clock } = server.host;
  await ask(
    `insert into ${schema}.operations (id, at, who, action, why, detail)
    values ($1, $2, $3, 'new-epoch', $4, $5)`,
    [ids.next(), clock.now(), accept.who, accept.why, JSON.stringify({ lost })],
  );
}

async function begin(
  ask: Ask,
  place: Place,
  { epoch, beyondElsewhere }: { readonly epoch: string; readonly beyondElsewhere: number },
): Promise<NewEpoch> {
  const { schema } = place;
  const before = (await readMeta(ask, place, 'epoch')) ?? '';
  const [row] = await ask<[number, number]>(
    `select coalesce((select max(position) from ${schema}.log), 0), greatest($1::bigint,
      (select case when is_called then last_value else 0 end from ${schema}.log_position),
      (select max(position) from ${schema}.log), (select max(position) from ${schema}.checkpoints))`,
    [beyondElsewhere],
  );
  const [upTo, beyond] = row ?? [0, beyondElsewhere];
  if (beyond > 0) await ask(`select setval('${schema}.log_position', $1)`, [beyond]);
  // What it shared with an older epoch beyond its present end is gone, too.
  await ask(`update ${schema}.predecessors set up_to = least(up_to, $1)`, [upTo]);
  await ask(`insert into ${schema}.predecessors (epoch, up_to) values ($1, $2)`, [before, upTo]);
  await ask(`update ${schema}.meta set value = $1 where name = 'epoch'`, [epoch]);
  return { epoch, predecessor: { epoch: before, upTo }, beyond };
}

/** There is no log of this name, and nobody has taken anything in of one. Nothing was changed. */
export class LogUnknownError extends Error {
  override readonly name = 'LogUnknownError';
  readonly code = 'log-unknown';
  readonly retryable = false;
  readonly context: string;

  constructor(context: string) {
    super(
      `There is no log of "${context}" in this database, and no other context has taken anything in ` +
        'of one. Look at the name of the context and at the connection string.',
    );
    this.context = context;
  }
}
