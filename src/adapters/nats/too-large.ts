import { type Envelope, MessageNotCarriedError } from '../../backbone/backbone.ts';
import type { NatsConnection, NatsHeaders } from './nats-client.ts';
import { codeOf } from './nats-errors.ts';

/** What JetStream answers for a message that the stream takes none as large as. */
const STREAM_TAKES_NO_SUCH = 10_054;
/** No message has more bytes of headers: metadata and ids are bounded, a character is three bytes, each escaped. */
const HEADER_BYTES_MAX = 131_072;

/** @throws {MessageNotCarriedError} for what is larger than the server takes, its headers included. */
export function assertFits(
  { info }: NatsConnection,
  { id, data }: Envelope,
  headers: NatsHeaders,
): void {
  const bytesMax = info?.max_payload ?? Number.POSITIVE_INFINITY;
  // A character has at most three bytes: the bytes are only counted where it may matter.
  if (data.length * 3 + HEADER_BYTES_MAX <= bytesMax) return;
  const bytes = Buffer.byteLength(`${headers.toString()}Nats-Msg-Id: ${id}\r\n${data}`);
  if (bytes <= bytesMax) return;
  throw new MessageNotCarriedError(
    'nats',
    id,
    `It has ${bytes} bytes with its headers, and the server takes at most ${bytesMax}. Raise ` +
      'max_payload in its configuration and redrive the message; a record has up to 3 MiB where ' +
      'payloadCharactersMax is as it comes.',
  );
}

/** What a publication has failed by, told as what will not end by itself where the stream is why. */
export function asNotCarried(error: unknown, { id }: Envelope, stream: string): unknown {
  if (codeOf(error) !== STREAM_TAKES_NO_SUCH) return error;
  const why =
    `The stream "${stream}" takes none that is as large. Raise max_msg_size of it and redrive ` +
    'the message.';
  return new MessageNotCarriedError('nats', id, why, { cause: error });
}
