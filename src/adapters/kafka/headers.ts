import { type Attributes, CONTENT_TYPE, parseStructured } from '../../backbone/cloud-event.ts';
import type { KafkaRecord } from './kafka-client.ts';

/** The Kafka binding of CloudEvents 1.0: each attribute is a header, in UTF-8 as it is. */
const PREFIX = 'ce_';
const STRUCTURED = 'application/cloudevents+json';

export function headersOf(attributes: Attributes): ReadonlyMap<Buffer, Buffer> {
  const headers = Object.entries(attributes).map(
    ([name, value]) => [PREFIX + name, value] as const,
  );
  return new Map(
    [['content-type', CONTENT_TYPE] as const, ...headers].map(([name, value]) => [
      Buffer.from(name),
      Buffer.from(value),
    ]),
  );
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
