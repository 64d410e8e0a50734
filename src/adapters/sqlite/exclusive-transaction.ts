import type { Clock } from '../../host/clock.ts';
import type { Exclusive, ExclusiveOutcome } from '../../log/log.ts';
import { TransactionEndedError } from '../../log/transaction-ended.ts';
import type { Outcome, WriteSet } from '../../log/write-set.ts';
import type { Connection } from './connection.ts';
import type { Where } from './errors.ts';
import { rollBack, unlessBusy } from './transaction.ts';

export interface ExclusiveWork<T> {
  readonly where: Where;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly work: (database: unknown) => Promise<Exclusive<T>>;
  /** Called as soon as it is committed. */
  readonly onCommit: () => void;
  readonly apply: (connection: Connection, writeSet: WriteSet) => Outcome;
}

/**
 * Runs the user's own work in a transaction on a connection of its own, the write set last.
 *
 * The connection is its own so that readers never see what is not committed, and so that it can be
 * closed under work that takes too long: nothing that work still does can be committed then.
 */
export async function runExclusive<T>(
  connection: Connection,
  asked: ExclusiveWork<T>,
): Promise<ExclusiveOutcome<T>> {
  const { where, clock } = asked;
  await unlessBusy(clock, where, () => connection.prepared('begin immediate').run());
  try {
    // A savepoint that only we know of: gone when the work ended the transaction itself.
    connection.database.exec(`savepoint ${SAVEPOINT}`);
    const { result, writeSet } = await withinTime(asked, connection);
    releaseSavepoint(connection, where);
    const outcome = asked.apply(connection, writeSet);
    if (outcome.kind === 'committed') {
      connection.prepared('commit').run();
      asked.onCommit();
    } else rollBack(connection);
    return { result, outcome };
  } catch (error) {
    rollBack(connection);
    throw error;
  }
}

const SAVEPOINT = 'thereupon_transaction';

async function withinTime<T>(
  asked: ExclusiveWork<T>,
  connection: Connection,
): Promise<Exclusive<T>> {
  let cancel: () => void = () => {};
  const late = new Promise<never>((_, reject) => {
    cancel = asked.clock.after(asked.timeoutMs, () => {
      connection.close();
      reject(new TransactionTimeoutError(asked.where, asked.timeoutMs));
    });
  });
  try {
    return await Promise.race([asked.work(connection.database), late]);
  } finally {
    cancel();
  }
}

function releaseSavepoint(connection: Connection, where: Where): void {
  try {
    connection.database.exec(`release ${SAVEPOINT}`);
  } catch (error) {
    throw new TransactionEndedError(where.context, error);
  }
}

/** The work of a transaction took too long; it was rolled back, and its database closed. */
export class TransactionTimeoutError extends Error {
  override readonly name = 'TransactionTimeoutError';
  readonly code = 'transaction-timeout';
  readonly retryable = true;
  readonly context: string;
  readonly timeoutMs: number;

  constructor(where: Where, timeoutMs: number) {
    super(
      `A transaction on "${where.context}" took longer than ${timeoutMs} ms and was rolled back; ` +
        'all other writers waited for it. Do slow work before it, never inside, and inside use ' +
        "the transaction's own tools only; or raise transactionTimeoutMs.",
    );
    this.context = where.context;
    this.timeoutMs = timeoutMs;
  }
}
