import type { AnyContract } from '../contract/contract.ts';
import { messageKey } from '../contract/message-key.ts';
import { assertFits } from '../contract/validate.ts';
import type { Received } from '../log/write-set.ts';
import type { NewRecord } from '../log/record.ts';
import { whyNoMetadata } from '../message/metadata.ts';
import { PayloadTooLargeError, payloadText } from '../message/payload.ts';
import { ID_CHARACTERS_MAX, whyNoText } from '../message/text.ts';
import { upcast } from '../message/upcasting.ts';
import type { Envelope } from './backbone.ts';

/** A message as it is taken in: a record, and what makes it unique. */
export type IncomingRecord = NewRecord & { readonly received: Received };

/** What is known here while a message is looked at. */
export interface Admission {
  /** Undefined when this context listens to no contract of that name. */
  readonly contract: AnyContract | undefined;
  /** The largest payload of a record here. */
  readonly charactersMax: number;
  readonly recordedAt: number;
}

/**
 * Makes a record out of a message, or says by a typed error why it cannot be taken in.
 *
 * - The contract's own version: it must fit the schema.
 * - An older version: it is upcast, then it must fit. The record has the current version.
 * - A newer version: taken if it fits the schema that is known here, and keeps its version, so
 *   that later upcasters do not run on it. Otherwise it waits for a process that knows it.
 *
 * @throws {MessageRefusedError} @throws {ContractViolationError} @throws {PayloadTooLargeError}
 */
export function admit(
  envelope: Envelope,
  { contract, charactersMax, recordedAt }: Admission,
): IncomingRecord {
  if (contract === undefined) throw new MessageRefusedError('unknown-contract', envelope);
  const { schemaVersion } = envelope;
  if (!Number.isSafeInteger(schemaVersion) || schemaVersion < 1)
    throw new MessageRefusedError('invalid-version', envelope);
  assertAttributes(envelope);
  const sent = parse(envelope, charactersMax);
  const data = schemaVersion < contract.version ? toCurrent(envelope, contract, sent) : sent;
  assertKnown(envelope, contract, data);
  return {
    id: envelope.id,
    direction: 'incoming',
    stream: null,
    version: null,
    type: envelope.type,
    schemaVersion: Math.max(schemaVersion, contract.version),
    key: keyOf(envelope, contract, data),
    data: data === sent ? envelope.data : payloadText(envelope.type, data, charactersMax),
    source: envelope.source,
    occurredAt: envelope.occurredAt,
    recordedAt,
    correlationId: envelope.correlationId,
    causationId: envelope.causationId,
    traceparent: envelope.traceparent,
    metadata: envelope.metadata,
    received: { source: envelope.source, id: envelope.id, at: envelope.recordedAt },
  };
}

/** A message that was recorded before the window in which it would be known as a duplicate. */
export function assertWithinWindow(envelope: Envelope, floor: number): void {
  if (envelope.recordedAt < floor) throw new MessageRefusedError('older-than-window', envelope);
}

/** All that the record will carry beside its data is text that can be kept, as our own is. */
function assertAttributes(envelope: Envelope): void {
  for (const name of ATTRIBUTES) {
    const problem = whyNoText(envelope[name], ID_CHARACTERS_MAX);
    if (problem !== undefined && (name !== 'traceparent' || envelope[name] !== null))
      throw new MessageRefusedError('invalid-attribute', envelope, `its ${name} ${problem}`);
  }
  const problem = envelope.metadata === null ? undefined : whyNoMetadataText(envelope.metadata);
  if (problem !== undefined)
    throw new MessageRefusedError('invalid-attribute', envelope, `its metadata ${problem}`);
}

const ATTRIBUTES = ['id', 'source', 'correlationId', 'causationId', 'traceparent'] as const;

function whyNoMetadataText(text: string): string | undefined {
  try {
    return whyNoMetadata(JSON.parse(text));
  } catch {
    return 'is no JSON';
  }
}

function parse(envelope: Envelope, charactersMax: number): unknown {
  if (envelope.data.length > charactersMax)
    throw new PayloadTooLargeError(envelope.type, envelope.data.length, charactersMax);
  try {
    return JSON.parse(envelope.data);
  } catch (cause) {
    throw new MessageRefusedError('invalid-json', envelope, cause);
  }
}

function toCurrent(envelope: Envelope, contract: AnyContract, data: unknown): unknown {
  try {
    return upcast(contract.upcasters, data, envelope.schemaVersion);
  } catch (cause) {
    throw new MessageRefusedError('upcaster-failed', envelope, cause);
  }
}

function assertKnown(envelope: Envelope, contract: AnyContract, data: unknown): void {
  if (envelope.schemaVersion <= contract.version) return assertFits(contract, data);
  try {
    assertFits(contract, data);
  } catch (cause) {
    throw new MessageRefusedError('newer-version', envelope, cause);
  }
}

function keyOf(envelope: Envelope, contract: AnyContract, data: unknown): string {
  try {
    return messageKey(contract, data);
  } catch (cause) {
    throw new MessageRefusedError('key-failed', envelope, cause);
  }
}

export type RefusalCode = keyof typeof REASONS;

const REASONS = {
  'invalid-json': 'is no JSON. Mend what publishes it, then discard this one',
  'invalid-attribute':
    'carries something beside its data that cannot be kept. Mend what publishes it, then discard it',
  'id-known':
    'has the id of another record here, from another source. Mend what gives the ids, then discard it',
  'invalid-version': 'has no version 1, 2, 3 …. Mend what publishes it, then discard this one',
  'unknown-contract':
    'is of a contract that this context does not listen to. Discard it, or listen',
  'newer-version':
    'does not fit the version of the contract known here, and has a newer one. It is tried again ' +
    'when a process starts that knows it',
  'upcaster-failed': 'could not be brought to the current version. Mend the upcaster, then redrive',
  'key-failed':
    'has no key. Mend what publishes it and discard it, or mend the contract and redrive',
  'older-than-window':
    'is older than the window in which duplicates are known, so it may have been taken in before. ' +
    'Look whether it was: discard it if so, otherwise redrive it',
} as const;

/** A message was not taken in, and waits at the border. Never retried by itself. */
export class MessageRefusedError extends Error {
  override readonly name = 'MessageRefusedError';
  readonly code: RefusalCode;
  readonly retryable = false;
  readonly source: string;
  readonly type: string;
  readonly id: string;

  constructor(code: RefusalCode, envelope: Envelope, cause?: unknown) {
    const reason = cause instanceof Error ? cause.message : cause;
    const why = typeof reason === 'string' ? ` (${reason})` : '';
    super(
      `Message ${envelope.id} from ${JSON.stringify(envelope.source)}, ` +
        `${JSON.stringify(envelope.type)} version ${envelope.schemaVersion}, ${REASONS[code]}.${why}`,
      cause === undefined ? {} : { cause },
    );
    this.code = code;
    this.source = envelope.source;
    this.type = envelope.type;
    this.id = envelope.id;
  }
}
