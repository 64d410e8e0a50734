import type { Host } from '../host/host.ts';
import type { NewRecord } from '../log/record.ts';

/** Why something is done: what every record made by it will carry. */
export interface Cause {
  readonly correlationId: string;
  readonly causationId: string;
  /** Milliseconds since 1970, in the business. */
  readonly occurredAt: number;
  readonly traceparent: string | null;
  /** JSON text of an object of strings, or null. */
  readonly metadata: string | null;
}

/** A record of a context's own, with an id, made now. */
export function causedRecord(
  { host, context }: { readonly host: Host; readonly context: string },
  cause: Cause,
  made: Pick<
    NewRecord,
    'direction' | 'stream' | 'version' | 'type' | 'schemaVersion' | 'key' | 'data'
  >,
): NewRecord {
  return {
    id: host.ids.next(),
    ...made,
    source: context,
    occurredAt: cause.occurredAt,
    recordedAt: host.clock.now(),
    correlationId: cause.correlationId,
    causationId: cause.causationId,
    traceparent: cause.traceparent,
    metadata: cause.metadata,
  };
}
