import type { AnyContract } from '../contract/contract.ts';
import { messageKey } from '../contract/message-key.ts';
import { assertFits } from '../contract/validate.ts';
import type { Host } from '../host/host.ts';
import type { NewRecord } from '../log/record.ts';
import { payloadText } from '../message/payload.ts';
import { type Cause, causedRecord } from './cause.ts';

/** Who publishes: a context, and what it may publish. */
export interface Publisher {
  readonly context: string;
  readonly published: ReadonlySet<AnyContract>;
  /** The largest payload of a record, in characters of JSON. */
  readonly charactersMax: number;
  readonly host: Host;
}

/**
 * An integration event on its way into the log, held to its contract.
 *
 * @throws {NotPublishedHereError} @throws {ContractViolationError} @throws {MessageKeyError}
 * @throws {PayloadNotJsonError} @throws {PayloadTooLargeError}
 */
export function outgoingRecord(
  publisher: Publisher,
  message: { readonly contract: AnyContract; readonly data: unknown },
  cause: Cause,
): NewRecord {
  return causedRecord(publisher, cause, {
    direction: 'outgoing',
    stream: null,
    version: null,
    type: message.contract.name,
    ...heldToContract(publisher, message),
  });
}

/** What of a message its contract decides; it is held to it now, whenever it is published. */
export function heldToContract(
  { context, published, charactersMax }: Omit<Publisher, 'host'>,
  { contract, data }: { readonly contract: AnyContract; readonly data: unknown },
): Pick<NewRecord, 'schemaVersion' | 'key' | 'data'> {
  if (!published.has(contract)) throw new NotPublishedHereError(contract.name, context);
  assertFits(contract, data);
  return {
    schemaVersion: contract.version,
    key: messageKey(contract, data),
    data: payloadText(contract.name, data, charactersMax),
  };
}

/** A handler published a contract that its context does not list under `publishes`. */
export class NotPublishedHereError extends Error {
  override readonly name = 'NotPublishedHereError';
  readonly code = 'not-published-here';
  readonly retryable = false;
  readonly contract: string;
  readonly context: string;

  constructor(contract: string, context: string) {
    super(
      `"${context}" does not publish ${JSON.stringify(contract)}. List the contract under ` +
        `"publishes" in boundedContext('${context}', …).`,
    );
    this.contract = contract;
    this.context = context;
  }
}
