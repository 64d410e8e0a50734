import { aggregateOfStream } from '../aggregate/aggregate.ts';
import { type Attributes, attributesOf, structuredText } from '../backbone/cloud-event.ts';
import { envelopeOf } from '../backbone/envelope-of-record.ts';
import { masked } from '../context/personal-data.ts';
import { type Vocabulary, decode, personalFields } from '../context/vocabulary.ts';
import type { StoredRecord } from '../log/record.ts';
import { currentVersion } from '../message/upcasting.ts';
import { jsonLine } from '../telemetry/safe-text.ts';

/**
 * A record of a log as a CloudEvent in structured mode, on one line. It has the attributes with
 * which a message travels (see `cloud-event.ts`), and further ones that say where it stood:
 *
 * | attribute                 | what it is                                                            |
 * | ------------------------- | --------------------------------------------------------------------- |
 * | `position`                | its position in the log that it was read from                         |
 * | `context`, `direction`    | whose log that is, and what it is there; only when all is exported    |
 * | `stream`, `streamversion` | of a domain event, its stream and the version there                   |
 *
 * The data is as it was recorded, under the version of its schema at that time: who reads it back
 * has the same message.
 */
export function exportedEvent(
  record: StoredRecord,
  { context, isAll }: { readonly context: string; readonly isAll: boolean },
): string {
  const { position, direction } = record;
  const attributes = {
    ...attributesOf(envelopeOf(record)),
    position: String(position),
    ...(isAll ? { context, direction, ...streamOf(record) } : {}),
  };
  return jsonLine(structuredText(attributes, record.data));
}

/**
 * The record with what is personal masked; undefined when that cannot be told: its type is not in
 * the wiring, or its data is not of the version whose fields the wiring lists, nor can be brought to
 * it. Anything may be in the metadata, so it is left out.
 */
export function maskedRecord(
  vocabulary: Vocabulary,
  record: StoredRecord,
): StoredRecord | undefined {
  const personal = personalFields(vocabulary, record);
  if (personal === undefined || isNewer(vocabulary, record)) return undefined;
  try {
    const { data, schemaVersion } = decode(vocabulary, record);
    const text = JSON.stringify(masked(data, personal));
    return { ...record, data: text, schemaVersion, metadata: null };
  } catch {
    // It is counted; the upcaster's own message might quote the data.
    return undefined;
  }
}

/** Another release of the application has written it, and may have added what is personal. */
function isNewer({ aggregates, contracts }: Vocabulary, record: StoredRecord): boolean {
  const { direction, stream, type, schemaVersion } = record;
  if (direction === 'timer') return false;
  const upcasters =
    direction === 'domain'
      ? aggregates.get(aggregateOfStream(stream ?? ''))?.upcasters[type]
      : contracts.get(type)?.upcasters;
  return schemaVersion > currentVersion(upcasters);
}

function streamOf({ stream, version }: StoredRecord): Attributes {
  return stream === null ? {} : { stream, streamversion: String(version) };
}
