import { type Log, LogClosedError } from '../../log/log.ts';
import { commit } from './commit.ts';
import { runExclusive } from './exclusive-transaction.ts';
import { Gate } from './gate.ts';
import * as keptQueries from './kept-queries.ts';
import { createModel, removeModel, replaceModel } from './models.ts';
import { readMeta } from './meta.ts';
import { postgresMembership } from './postgres-membership.ts';
import { type Reading, reading } from './reading.ts';
import { retain } from './retention.ts';
import type { RetentionOptions } from './retention-options.ts';
import type { Asked } from './record-queries.ts';
import type { Place } from './schema.ts';
import type { Server, WatchedContext } from './server.ts';
import { inTransaction } from './transaction.ts';
import type { WriteSet } from '../../log/write-set.ts';

const FORGOTTEN_AT_ONCE = 5_000;

/** What a log is opened with. */
export interface LogOptions {
  readonly server: Server;
  readonly place: Place;
  readonly transactionTimeoutMs: number;
  readonly leaseMs: number;
  readonly retention: RetentionOptions | undefined;
  /** Called once when it is closed. */
  readonly onClose: () => Promise<void>;
}

/** The port over a log that is there, in its newest format. */
export async function postgresLog(options: LogOptions, watched: WatchedContext): Promise<Log> {
  const epoch = (await readMeta(options.server.ask, options.place, 'epoch')) ?? '';
  return makeLog(options, watched, epoch);
}

function makeLog(options: LogOptions, watched: WatchedContext, epoch: string): Log {
  const { server, place } = options;
  const gate = new Gate();
  const asked: Asked = { ask: server.ask, schema: place.schema };
  let closing: Promise<void> | undefined;
  const open = <T>(work: () => Promise<T>): Promise<T> =>
    closing === undefined ? work() : Promise.reject(new LogClosedError(place.context));
  const change = async <T>(work: () => Promise<T>, what?: { isPublishing: boolean }): Promise<T> =>
    open(() => gate.shared(work)).finally(() => server.committed(place, log, what));
  const retaining = (retention: RetentionOptions): Pick<Log, 'retain'> => ({
    retain: () => open(() => retain({ server, watched, retention })),
  });
  const log: Log = {
    ...whileOpen(
      surely(reading(asked, watched.horizon, server.host.clock), () => server.lostEnded()),
      open,
    ),
    context: place.context,
    epoch,
    membership: postgresMembership(server, watched, options.leaseMs),
    async commit(writeSets) {
      if (writeSets.length === 0) return open(async () => []);
      const given = writeSets.map(asGiven);
      const options = { ...asked, clock: server.host.clock, isInside: false };
      return change(() => commit(options, given), { isPublishing: given.some(publishes) });
    },
    transaction: (work) =>
      open(() =>
        gate.alone(async () => {
          const { transactionTimeoutMs: timeoutMs } = options;
          return runExclusive({ server, place, timeoutMs, work });
        }),
      ).finally(() => server.committed(place, log)),
    claim: (claim) => open(() => keptQueries.claimRanges(asked, claim)),
    defineModel: (model, fields) =>
      change(() => inTransaction(server, (ask) => createModel({ ...asked, ask }, model, fields))),
    dropModel: (model, subscription) =>
      change(() =>
        inTransaction(server, async (ask) => {
          await removeModel({ ...asked, ask }, model);
          const sql = `delete from ${place.schema}.checkpoints where subscription = $1`;
          await ask(sql, [subscription]);
        }),
      ),
    replaceModel: (replacement) =>
      change(() => inTransaction(server, (ask) => replaceModel({ ...asked, ask }, replacement))),
    forget: (before) => open(() => forget(asked, before)),
    ...(options.retention === undefined ? {} : retaining(options.retention)),
    onChange: (listener) =>
      closing === undefined ? watched.changes.listen(log, listener) : () => {},
    close() {
      closing ??= (async () => {
        watched.changes.forget(log);
        await gate.idle();
        await options.onClose();
      })();
      return closing;
    },
  };
  return log;
}

function publishes({ records = [] }: WriteSet): boolean {
  return records.some(({ direction }) => direction === 'outgoing');
}

/** Later changes to what was handed over change nothing here. */
function asGiven(writeSet: WriteSet): WriteSet {
  return { ...writeSet };
}

/** In short transactions, so that it holds up nobody. */
async function forget(asked: Asked, before: number): Promise<void> {
  await keptQueries.raiseFloors(asked, before);
  for (const step of [keptQueries.forgetReceived, keptQueries.forgetCommands]) {
    let count = FORGOTTEN_AT_ONCE;
    while (count === FORGOTTEN_AT_ONCE) count = await step(asked, before, FORGOTTEN_AT_ONCE);
  }
}

/** By these it is told whether something was committed whose answer was lost: see `findOutcome`. */
function surely(questions: Reading, lostEnded: () => Promise<void>): Reading {
  const { recordsById, command, checkpoints } = questions;
  return {
    ...questions,
    recordsById: (ids) => lostEnded().then(() => recordsById(ids)),
    command: (id) => lostEnded().then(() => command(id)),
    checkpoints: () => lostEnded().then(() => checkpoints()),
  };
}

/** The same questions, refused once it is closed. */
function whileOpen<Questions extends object>(
  questions: Questions,
  open: <T>(work: () => Promise<T>) => Promise<T>,
): Questions {
  const entries = Object.entries(
    questions as Record<string, (...given: unknown[]) => Promise<unknown>>,
  );
  return Object.fromEntries(
    entries.map(([name, ask]) => [name, (...given: unknown[]) => open(() => ask(...given))]),
  ) as Questions;
}
