import { TransactionEndedError } from '../../log/transaction-ended.ts';
import { type Ask, askOn, connect, isAboutConnection } from './database.ts';
import type { PostgresClient } from './postgres-client.ts';
import type { Server } from './server.ts';

/** Whoever stands still in the middle of one holds up others no longer than this. */
const IDLE_MS = 10_000;

/** One transaction, on a connection of the pool: what is done in it commits, or nothing does. */
export async function inTransaction<T>(
  server: Server,
  work: (ask: Ask, client: PostgresClient) => Promise<T>,
): Promise<T> {
  const client = await connect(server.pool);
  const ask = askOn(client, server.statements);
  try {
    await ask(`begin; set local idle_in_transaction_session_timeout = ${IDLE_MS}`);
    const result = await work(ask, client);
    await ask('commit');
    client.release();
    return result;
  } catch (error) {
    await rollBack(client, error);
    throw error;
  }
}

/** A connection that cannot even roll back is of no use to anybody. */
export async function rollBack(client: PostgresClient, why: unknown): Promise<void> {
  if (isBroken(why)) return client.release(true);
  try {
    await client.query('rollback');
    client.release();
  } catch {
    client.release(true);
  }
}

function isBroken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'store-unreachable';
}

/** Whether the transaction that was begun is still the one we are in. */
export async function assertNotEnded(ask: Ask, context: string): Promise<void> {
  try {
    await ask(`release savepoint ${SAVEPOINT}`);
  } catch (error) {
    if (isAboutConnection(error)) throw error;
    throw new TransactionEndedError(context, error);
  }
}

/** A savepoint that only we know of: gone when the work ended the transaction itself. */
export const SAVEPOINT = 'thereupon_transaction';
