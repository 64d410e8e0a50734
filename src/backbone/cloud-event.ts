import type { Envelope } from './backbone.ts';

/**
 * A message as CloudEvents 1.0 has it: attributes that are texts, and data beside them (binary mode). How
 * attributes are written is each protocol's binding; what they are called and mean is the same for all.
 *
 * | attribute                              | what it is                                                  |
 * | -------------------------------------- | ----------------------------------------------------------- |
 * | `id`, `type`                           | the message's id; the contract's name                       |
 * | `source`                               | the publishing context, as a relative reference: `/ordering` |
 * | `time`                                 | when it happened                                            |
 * | `partitionkey`, `traceparent`          | extensions that CloudEvents documents                       |
 * | `schemaversion`, `recordedat`          | our own: the contract's version; when it was published      |
 * | `correlationid`, `causationid`         | our own                                                     |
 * | `metadata`                             | our own: JSON text of an object of strings                  |
 */
export type Attributes = Readonly<Record<string, string>>;

export const CONTENT_TYPE = 'application/json';

/** The attributes that say what a message is; its `data` goes beside them. */
export function attributesOf(message: Envelope): Attributes {
  return {
    specversion: '1.0',
    id: message.id,
    source: `/${encodeURIComponent(message.source)}`,
    type: message.type,
    time: new Date(message.occurredAt).toISOString(),
    partitionkey: message.key,
    schemaversion: String(message.schemaVersion),
    recordedat: new Date(message.recordedAt).toISOString(),
    correlationid: message.correlationId,
    causationid: message.causationId,
    ...(message.traceparent === null ? {} : { traceparent: message.traceparent }),
    ...(message.metadata === null ? {} : { metadata: message.metadata }),
  };
}

/** What is known of a message by where it was found, for what its attributes do not say. */
export interface Found {
  /** Stays the same when it is found again. */
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** When it came there, in milliseconds since 1970. */
  readonly at: number;
}

/**
 * The message that attributes and data make. Whoever published it may know nothing of us: what is
 * missing or cannot be is taken from where it was found, so that it is looked at like any other, and
 * parked with the reason where it does not fit its contract.
 */
export function envelopeFrom(attributes: Attributes, data: string, found: Found): Envelope {
  const { id = '', type = '', correlationid, causationid, traceparent, metadata } = attributes;
  const own = id === '' ? found.id : id;
  const recordedAt = timeOf(attributes['recordedat']) ?? timeOf(attributes['time']) ?? found.at;
  return {
    id: own,
    source: found.source,
    type: type === '' ? found.type : type,
    schemaVersion: versionOf(attributes['schemaversion']),
    key: attributes['partitionkey'] ?? attributes['subject'] ?? own,
    data,
    occurredAt: timeOf(attributes['time']) ?? found.at,
    recordedAt,
    correlationId: correlationid ?? own,
    causationId: causationid ?? own,
    traceparent: traceparent ?? null,
    metadata: metadata ?? null,
  };
}

/** Whoever says nothing of versions has the first. */
function versionOf(text: string | undefined): number {
  return text === undefined ? 1 : /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

function timeOf(text: string | undefined): number | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/**
 * A message in structured mode (`application/cloudevents+json`): its attributes and its data, which
 * is JSON text, in one JSON object. `parseStructured` gives both back.
 */
export function structuredText(attributes: Attributes, data: string): string {
  const head = JSON.stringify({ ...attributes, datacontenttype: CONTENT_TYPE });
  return `${head.slice(0, -1)},"data":${data}}`;
}

/**
 * A message in structured mode (`application/cloudevents+json`): its attributes and its data in one
 * JSON object. Undefined when it is none.
 */
export function parseStructured(text: string): Parts | undefined {
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof event !== 'object' || event === null || !('specversion' in event)) return undefined;
  return partsOf(event as StructuredEvent);
}

/** A JSON object that is a message in structured mode. */
export type StructuredEvent = Readonly<Record<string, unknown>>;

/** What a message is made of in binary mode. */
export interface Parts {
  readonly attributes: Attributes;
  /** JSON text. */
  readonly data: string;
}

/** Takes a message in structured mode apart. An attribute that is null is not there. */
export function partsOf({ data, data_base64, ...rest }: StructuredEvent): Parts {
  const attributes: Record<string, string> = {};
  for (const name of Object.keys(rest)) {
    const value = rest[name];
    if (value !== null)
      attributes[name] = typeof value === 'string' ? value : JSON.stringify(value);
  }
  if (typeof data_base64 === 'string')
    return { attributes, data: Buffer.from(data_base64, 'base64').toString() };
  return { attributes, data: JSON.stringify(data ?? null) };
}
