import { type Attributes, CONTENT_TYPE, parseStructured } from '../../backbone/cloud-event.ts';
import type { KafkaRecord } from './kafka-client.ts';

/** The Kafka binding of CloudEvents 1.0: each attribute is a header, in UTF-8 as it is. */
const PREFIX = 'ce_';
const STRUCTURED = 'application/cloudevents+json';

export function headersOf(attributes: Attributes): ReadonlyMap<Buffer, Buffer> {
  const headers = new Map<Buffer, Buffer>([OF_CONTENT_TYPE]);
  for (const [name, value] of Object.entries(attributes))
    headers.set(nameBytes(name), Buffer.from(value));
  return headers;
}

const OF_CONTENT_TYPE = [Buffer.from('content-type'), Buffer.from(CONTENT_TYPE)] as const;

/** The few names that there are: each message has them all. */
const namesBytes = new Map<string, Buffer>();

function nameBytes(name: string): Buffer {
  const bytes = namesBytes.get(name) ?? Buffer.from(PREFIX + name);
  namesBytes.set(name, bytes);
  return bytes;
}

/** What a message says of itself, in either mode; nothing when it is no CloudEvent. */
export function readRecord(record: Pick<KafkaRecord, 'key' | 'value' | 'headers'>): {
  readonly attributes: Attributes;
  readonly data: string;
} {
  const text = record.value?.toString() ?? '';
  const attributes: Record<string, string> = {};
  let contentType = '';
  for (const [key, bytes] of record.headers) {
    const name = key?.toString().toLowerCase() ?? '';
    const value = bytes?.toString() ?? '';
    if (name === 'content-type') contentType = value.toLowerCase();
    else if (name.startsWith(PREFIX)) attributes[name.slice(PREFIX.length)] = value;
  }
  const event = contentType.startsWith(STRUCTURED) ? parseStructured(text) : undefined;
  const said = event?.attributes ?? attributes;
  return { attributes: { ...keyed(record.key), ...said }, data: event?.data ?? text };
}

/** By its key a message is in order with others, unless it says so itself. */
function keyed(key: Buffer | null): Attributes {
  return key === null ? {} : { partitionkey: key.toString() };
}
