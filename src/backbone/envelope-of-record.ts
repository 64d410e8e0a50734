import type { StoredRecord } from '../log/record.ts';
import type { Envelope } from './backbone.ts';

/** A published record as it travels. */
export function envelopeOf(record: StoredRecord): Envelope {
  return {
    id: record.id,
    source: record.source,
    type: record.type,
    schemaVersion: record.schemaVersion,
    key: record.key,
    data: record.data,
    occurredAt: record.occurredAt,
    recordedAt: record.recordedAt,
    correlationId: record.correlationId,
    causationId: record.causationId,
    traceparent: record.traceparent,
    metadata: record.metadata,
    position: record.position,
  };
}
