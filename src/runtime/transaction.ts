import type { Contract } from '../contract/contract.ts';
import { Unit } from '../context/unit.ts';
import { UnexpectedOutcomeError } from '../log/unexpected-outcome.ts';
import type { StoredCommand } from '../log/write-set.ts';
import { assertJson, payloadText } from '../message/payload.ts';
import {
  type HandleOptions,
  CommandIdReusedError,
  causeOfCommand,
  doneElsewhere,
  fingerprintOf,
} from './handle-command.ts';
import { insideHandler } from '../subscription/in-handler.ts';
import { assertCallOptions } from './call-options.ts';
import type { RunningContext } from './running-context.ts';
import { headOf, tokenText } from './token.ts';

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
  /** What `work` answered, the first time when this commandId was done before. */
  readonly result: T;
  /** Whether this commandId was done before, so that nothing was done now. */
  readonly isRepeated: boolean;
  /** Pass it to a query's `after`. */
  readonly token: string;
}

export type TransactionOptions = Omit<HandleOptions, 'expectedVersion' | 'commandId'> &
  (NamedTransaction | { readonly commandId?: undefined; readonly asked?: undefined });

/** A transaction that takes effect once, however often it is asked for. */
export interface NamedTransaction {
  /**
   * The same id again does nothing, and returns the first result, which must be JSON therefore.
   * Unique per context, kept for the dedupe window. At most 255 characters.
   */
  readonly commandId: string;
  /**
   * What is asked for, as JSON: the name of the operation and its input, such as the body of the
   * request. The same id with something else is an error, for nobody can compare what `work` does.
   */
  readonly asked: unknown;
}

/** Runs work in a transaction of its own, with what it publishes in the same commit. */
export async function transact<Database, T>(
  running: RunningContext,
  work: (tx: Transaction<Database>) => T | Promise<T>,
  options: TransactionOptions,
): Promise<Transacted<T>> {
  const { commandId, asked } = options;
  assertCallOptions(options);
  if (commandId === undefined) return transactOnce(running, work, { options });
  assertJson(() => `What is asked for under the commandId ${JSON.stringify(commandId)}`, asked);
  const named = { id: commandId, fingerprint: fingerprintOf('transaction', asked) };
  return running.locks.run([`command ${commandId}`], async () => {
    const known = await running.log.command(commandId);
    if (known !== undefined) return firstResult(running, known, named);
    try {
      return await transactOnce(running, work, { options, named });
    } catch (error) {
      const done = await doneElsewhere(running, commandId);
      if (done === undefined) throw error;
      return firstResult(running, done, named);
    }
  });
}

async function firstResult<T>(
  running: RunningContext,
  known: StoredCommand,
  { id, fingerprint }: Named,
): Promise<Transacted<T>> {
  if (known.fingerprint !== fingerprint) throw new CommandIdReusedError(id);
  const result = (known.result === null ? undefined : JSON.parse(known.result)) as T;
  return { result, isRepeated: true, token: token(running, await headOf(running)) };
}

async function transactOnce<Database, T>(
  running: RunningContext,
  work: (tx: Transaction<Database>) => T | Promise<T>,
  { options, named }: { readonly options: TransactionOptions; readonly named?: Named },
): Promise<Transacted<T>> {
  const cause = causeOfCommand(running, options);
  const { result, outcome } = await running.committer.exclusive(async (database) => {
    const unit = new Unit(running.workplace);
    const tx: Transaction<Database> = {
      database: database as Database,
      publish: (contract, data) => unit.publish(contract, data, cause),
    };
    const done = await insideHandler({ name: 'transaction', tools: ['publish'] }, () => work(tx));
    unit.close();
    const command = named && { command: storedCommand(running, named, done) };
    return { result: done, writeSet: { ...unit.writeSet(), ...command } };
  });
  if (outcome.kind !== 'committed') throw new UnexpectedOutcomeError(running.name, outcome.kind);
  const position = Math.max(0, ...outcome.positions);
  return {
    result,
    isRepeated: false,
    token: token(running, position === 0 ? await headOf(running) : position),
  };
}

type Named = Pick<StoredCommand, 'id' | 'fingerprint'>;

/** Within the transaction, so that a result which cannot be kept rolls all of it back. */
function storedCommand(running: RunningContext, named: Named, result: unknown): StoredCommand {
  const { host, charactersMax } = running.workplace;
  return {
    ...named,
    stream: '',
    fromVersion: 0,
    toVersion: 0,
    at: host.clock.now(),
    result:
      result === undefined ? null : payloadText(`the result of ${named.id}`, result, charactersMax),
  };
}

function token(running: RunningContext, position: number): string {
  return tokenText({ context: running.name, epoch: running.log.epoch, position });
}
