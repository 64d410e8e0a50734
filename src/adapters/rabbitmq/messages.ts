import { randomUUID } from 'node:crypto';
import type { Envelope } from '../../backbone/backbone.ts';
import {
  type Attributes,
  attributesOf,
  CONTENT_TYPE,
  envelopeFrom,
  parseStructured,
} from '../../backbone/cloud-event.ts';
import type { AmqpMessage } from './amqp-client.ts';

/** The AMQP binding of CloudEvents 1.0: each attribute is a header with this before its name … */
const PREFIX = 'cloudEvents:';
/** … or with this, where a client takes no colons. */
const OTHER_PREFIX = 'cloudEvents_';
const STRUCTURED = 'application/cloudevents+json';
const PERSISTENT = 2;

/** How a message is published: what AMQP itself knows of, and the attributes. */
export function publishOptions(message: Envelope, mustReachQueue: boolean): object {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributesOf(message))) headers[PREFIX + name] = value;
  return {
    contentType: CONTENT_TYPE,
    deliveryMode: PERSISTENT,
    mandatory: mustReachQueue,

    messageId: message.id,
    timestamp: Math.floor(message.occurredAt / 1_000),
    type: message.type,
    headers,
  };
}

/** What came, whoever published it. */
export function envelopeOf(message: AmqpMessage, source: string, now: number): Envelope {
  const { attributes, data } = read(message);
  const { messageId, timestamp } = message.properties;
  return envelopeFrom(attributes, data, {
    // Nothing tells one without an id apart from another that says the same: better twice than never.
    id: typeof messageId === 'string' ? messageId : randomUUID(),
    source,
    type: typeByPlace(message.fields),
    at: typeof timestamp === 'number' ? timestamp * 1_000 : now,
  });
}

/** Whoever sends straight into a queue names that by the routing key, and says no type by it. */
function typeByPlace({ exchange, routingKey }: AmqpMessage['fields']): string {
  return exchange === '' ? `${routingKey} (without ${PREFIX}type)` : routingKey;
}

function read({ content, properties }: AmqpMessage): { attributes: Attributes; data: string } {
  const data = content.toString();
  const type = typeof properties.contentType === 'string' ? properties.contentType : '';
  if (type.toLowerCase().startsWith(STRUCTURED)) {
    const event = parseStructured(data);
    if (event !== undefined) return event;
  }
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(properties.headers ?? {}))
    for (const prefix of [PREFIX, OTHER_PREFIX])
      if (name.startsWith(prefix)) attributes[name.slice(prefix.length)] = textOf(value);
  return { attributes, data };
}

function textOf(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value);
}
