import type { Contract } from '../contract/contract.ts';
import { Unit } from '../context/unit.ts';
import { UnexpectedOutcomeError } from '../log/unexpected-outcome.ts';
import {
  type HandleOptions,
  CommandIdReusedError,
  assertCommandId,
  causeOfCommand,
  fingerprintOf,
} from './handle-command.ts';
import { insideHandler } from '../subscription/in-handler.ts';
import type { RunningContext } from './running-context.ts';
import { tokenText } from './token.ts';

/**
 * The unit of work of a context that keeps its own tables.
 *
 * @example
 * const list = (tx: Transaction<DatabaseSync>) => tx.publish(ProductListed, { productId: 'p-1' });
 */
export interface Transaction<Database> {
  /** The store's own client, inside the transaction; on SQLite a `DatabaseSync`. */
  readonly database: Database;
  /** Publishes an integration event in the same commit. */
  publish<Name extends string, Data>(
    this: void,
    contract: Contract<Name, Data>,
    data: NoInfer<Data>,
  ): void;
}

/** What a transaction came to. */
export interface Transacted<T> {
  /** What `work` answered; undefined when this commandId was done before. */
  readonly result: T | undefined;
  /** Whether this commandId was done before, so that nothing was done now. */
  readonly isRepeated: boolean;
  /** Pass it to a query's `after`. */
  readonly token: string;
}

export type TransactionOptions = Omit<HandleOptions, 'expectedVersion'>;

/** Runs work in a transaction of its own, with what it publishes in the same commit. */
export async function transact<Database, T>(
  running: RunningContext,
  work: (tx: Transaction<Database>) => T | Promise<T>,
  options: TransactionOptions,
): Promise<Transacted<T>> {
  const { commandId } = options;
  if (commandId === undefined) return transactOnce(running, work, options);
  assertCommandId(commandId);
  return running.locks.run([`command ${commandId}`], async () => {
    const known = await running.log.command(commandId);
    if (known === undefined) return transactOnce(running, work, options);
    // What was done cannot be compared by what it did; the context's own name must be enough.
    if (known.fingerprint !== fingerprintOf(running.name))
      throw new CommandIdReusedError(commandId);
    return { result: undefined, isRepeated: true, token: token(running, running.tail.head) };
  });
}

async function transactOnce<Database, T>(
  running: RunningContext,
  work: (tx: Transaction<Database>) => T | Promise<T>,
  options: TransactionOptions,
): Promise<Transacted<T>> {
  const cause = causeOfCommand(running, options);
  const { result, outcome } = await running.committer.exclusive(async (database) => {
    const unit = new Unit(running.workplace);
    const tx: Transaction<Database> = {
      database: database as Database,
      publish: (contract, data) => unit.publish(contract, data, cause),
    };
    const done = await insideHandler('transaction', () => work(tx));
    unit.close();
    return { result: done, writeSet: { ...unit.writeSet(), ...commandOf(running, options) } };
  });
  if (outcome.kind !== 'committed') throw new UnexpectedOutcomeError(running.name, outcome.kind);
  const position = Math.max(0, ...outcome.positions);
  return {
    result,
    isRepeated: false,
    token: token(running, position === 0 ? running.tail.head : position),
  };
}

function commandOf(running: RunningContext, { commandId }: TransactionOptions) {
  if (commandId === undefined) return {};
  const at = running.workplace.host.clock.now();
  const fingerprint = fingerprintOf(running.name);
  return {
    command: { id: commandId, fingerprint, stream: '', fromVersion: 0, toVersion: 0, at },
  };
}

function token(running: RunningContext, position: number): string {
  return tokenText({ context: running.name, epoch: running.log.epoch, position });
}
