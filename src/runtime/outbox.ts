import { type BoundedContext, publishedContracts } from '../context/bounded-context.ts';
import type { Cause } from '../context/cause.ts';
import { type Publisher, outgoingRecord } from '../context/outgoing-record.ts';
import type { Contract } from '../contract/contract.ts';
import { type Host, systemHost } from '../host/host.ts';
import type { Staging, TransactionLibrary } from '../log/staging.ts';
import { PAYLOAD_CHARACTERS_MAX } from '../message/payload.ts';
import { ID_CHARACTERS_MAX } from '../message/text.ts';
import { assertOutsideHandler } from '../subscription/in-handler.ts';
import { assertCallOptions } from './call-options.ts';
import { type HandleOptions, causeOfCommand } from './handle-command.ts';
import { assertTextOption } from './invalid-option.ts';

/**
 * Publishes from transactions that are the application's own: those that it begins by its own
 * library, on its own tables. A message is published when that transaction commits, and not at all
 * when it does not.
 *
 * @example
 * const publishIn = async (tx: Client, outbox: Outbox<Client>) =>
 *   outbox.publish(tx, OrderPlaced, { orderId: 'o-1', totalPence: 500 });
 */
export interface Outbox<Tx> {
  /**
   * Publishes an integration event with what else the transaction does. Several of one transaction
   * keep their order.
   *
   * @throws {NotPublishedHereError} when the context does not list the contract.
   * @throws {ContractViolationError} when the data does not fit it.
   * @throws {NotInTransactionError} when `tx` is no transaction.
   */
  publish<Name extends string, Data>(
    tx: Tx,
    contract: Contract<Name, Data>,
    data: NoInfer<Data>,
    options?: PublishOptions,
  ): Promise<Published>;
}

/** Why a message is published; all of it is kept in its record. */
export type PublishOptions = Pick<
  HandleOptions,
  'occurredAt' | 'correlationId' | 'metadata' | 'traceparent'
> & {
  /** What caused it, such as the id of a request. Default: a new one. At most 255 characters. */
  readonly causationId?: string;
};

/** A message that is published once its transaction commits. */
export interface Published {
  readonly id: string;
  /** Pass it to `app.settled`, after the commit. */
  readonly correlationId: string;
}

/** Where an outbox publishes, and by which library. */
export interface OutboxOptions<Tx> {
  /** The store that the context runs on, such as `postgres(url)`. */
  readonly store: Staging;
  /** How your transactions are talked to: `withPg`, `withDrizzle(sql)` … of the store's own door. */
  readonly library: TransactionLibrary<Tx>;
  /** The largest payload of a record, in characters of JSON. Default 1,048,576. */
  readonly payloadCharactersMax?: number;
  /** Time and ids; the machine's own by default. */
  readonly host?: Partial<Host>;
}

/**
 * An outbox of a context, for an application that writes its tables by a library of its own. It
 * holds nothing open and needs no running application: whoever runs the context on the same store,
 * in this process or in another one, finds what was published.
 *
 * @example
 * const ordersOutbox = outbox(ordering, { store: postgres(url), library: withPg });
 */
export function outbox<Tx>(context: BoundedContext, options: OutboxOptions<Tx>): Outbox<Tx> {
  const { store, library, payloadCharactersMax: charactersMax = PAYLOAD_CHARACTERS_MAX } = options;
  const publisher: Publisher = {
    context: context.name,
    published: new Set(publishedContracts(context)),
    charactersMax,
    host: systemHost(options.host),
  };
  return {
    async publish(tx, contract, data, given = {}) {
      assertOutsideHandler('outbox.publish', 'publish');
      const record = outgoingRecord(publisher, { contract, data }, causeOf(publisher, given));
      await store.stage(context.name, { record, tx, library });
      return { id: record.id, correlationId: record.correlationId };
    },
  };
}

function causeOf(publisher: Publisher, options: PublishOptions): Cause {
  assertCallOptions(options);
  const { causationId } = options;
  if (causationId !== undefined) assertTextOption('causationId', causationId, ID_CHARACTERS_MAX);
  const cause = causeOfCommand({ workplace: publisher }, options);
  return causationId === undefined ? cause : { ...cause, causationId };
}
