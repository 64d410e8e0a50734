import { type Attributes, CONTENT_TYPE, parseStructured } from '../../backbone/cloud-event.ts';
import type { NatsHeaders, NatsMessage } from './nats-client.ts';

/** The NATS binding of CloudEvents 1.0: each attribute is a header, written as in HTTP. */
const PREFIX = 'ce-';
const STRUCTURED = 'application/cloudevents+json';

export function writeHeaders(headers: NatsHeaders, attributes: Attributes): void {
  headers.append('content-type', CONTENT_TYPE);
  for (const [name, value] of Object.entries(attributes))
    headers.append(PREFIX + name, encoded(value));
}

/** What a message says of itself, in either mode; nothing when it is no CloudEvent. */
export function readMessage(message: Pick<NatsMessage, 'headers' | 'string'>): {
  readonly attributes: Attributes;
  readonly data: string;
} {
  const { headers } = message;
  const text = message.string();
  if (headers === undefined) return parseStructured(text) ?? { attributes: {}, data: text };
  const attributes: Record<string, string> = {};
  let contentType = '';
  // In one go: the client looks through all of them for each that it is asked for.
  for (const [key, [value = '']] of headers) {
    const name = key.toLowerCase();
    if (name === 'content-type') contentType = value.toLowerCase();
    else if (name.startsWith(PREFIX)) attributes[name.slice(PREFIX.length)] = decoded(value);
  }
  if (contentType.startsWith(STRUCTURED)) {
    const event = parseStructured(text);
    if (event !== undefined) return event;
  }
  return { attributes, data: text };
}

/** Percent-encoded: space, quote, percent sign, and whatever is no printable ASCII. */
function encoded(value: string): string {
  return value.replaceAll(/[^\x21\x23\x24\x26-\x7e]/gu, (character) =>
    [...Buffer.from(character)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
}

function decoded(value: string): string {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
