import type { Exclusive, ExclusiveOutcome } from '../../log/log.ts';
import type { Outcome } from '../../log/write-set.ts';
import { RecordKnownError } from '../../log/record-known.ts';
import { recordsById } from './record-queries.ts';
import { commit } from './commit.ts';
import { askOn, connect } from './database.ts';
import { codeOf } from './errors.ts';
import type { PostgresClient } from './postgres-client.ts';
import type { Place } from './schema.ts';
import type { Server } from './server.ts';
import { assertNotEnded, rollBack, SAVEPOINT } from './transaction.ts';

/** So much longer than the work may take the server waits for a process that stands still. */
const IDLE_LONGER_MS = 2_000;

/** What is run, and where. */
export interface ExclusiveWork<T> {
  readonly server: Server;
  readonly place: Place;
  readonly timeoutMs: number;
  readonly work: (database: unknown) => Promise<Exclusive<T>>;
}

/**
 * Runs the user's own work in a transaction, the write set last, so that nobody waits for what the
 * work takes. Work that takes too long loses its connection: nothing that it still does can be
 * committed then.
 */
export async function runExclusive<T>(asked: ExclusiveWork<T>): Promise<ExclusiveOutcome<T>> {
  const { server, place } = asked;
  const client = await connect(server.pool);
  const ask = askOn(client, server.statements);
  let given: Exclusive<T> | undefined;
  try {
    // Should this process stand still in the middle of it, the server ends it soon after its time.
    const idleMs = asked.timeoutMs + IDLE_LONGER_MS;
    await ask(
      `begin; set local idle_in_transaction_session_timeout = ${idleMs}; savepoint ${SAVEPOINT}`,
    );
    given = await withinTime(asked, client);
    await assertNotEnded(ask, place.context);
    const options = { ask, schema: place.schema, clock: server.host.clock, isInside: true };
    const [outcome] = (await commit(options, [given.writeSet])) as [Outcome];
    await ask(outcome.kind === 'committed' ? 'commit' : 'rollback');
    client.release();
    return { result: given.result, outcome };
  } catch (error) {
    // Its connection is closed under work that goes on: nothing of that can be committed.
    if (error instanceof TransactionTimeoutError) client.release(true);
    else await rollBack(client, error);
    throw (given && (await knownRecord(asked, given, error))) ?? error;
  }
}

async function withinTime<T>(
  { work, timeoutMs, server, place }: ExclusiveWork<T>,
  client: PostgresClient,
): Promise<Exclusive<T>> {
  let cancel: () => void = () => {};
  const late = new Promise<never>((_, reject) => {
    cancel = server.host.clock.after(timeoutMs, () =>
      reject(new TransactionTimeoutError(place.context, timeoutMs)),
    );
  });
  try {
    return await Promise.race([work(client), late]);
  } finally {
    cancel();
  }
}

/** A transaction ends with its first error: only after it can be asked which record it was. */
async function knownRecord<T>(
  { server, place }: ExclusiveWork<T>,
  { writeSet: { records = [] } }: Exclusive<T>,
  error: unknown,
): Promise<RecordKnownError | undefined> {
  if (codeOf(error) !== '23505') return undefined;
  const ids = records.filter(({ received }) => received === undefined).map(({ id }) => id);
  const [known] = await recordsById({ ask: server.ask, schema: place.schema }, ids);
  return known && new RecordKnownError(known.id);
}

/** The work of a transaction took too long; it was rolled back, and its connection closed. */
export class TransactionTimeoutError extends Error {
  override readonly name = 'TransactionTimeoutError';
  readonly code = 'transaction-timeout';
  readonly retryable = true;
  readonly context: string;
  readonly timeoutMs: number;

  constructor(context: string, timeoutMs: number) {
    super(
      `A transaction on "${context}" took longer than ${timeoutMs} ms and was rolled back. Do slow ` +
        "work before it, never inside, and inside use the transaction's own tools only; or raise " +
        'transactionTimeoutMs.',
    );
    this.context = context;
    this.timeoutMs = timeoutMs;
  }
}
