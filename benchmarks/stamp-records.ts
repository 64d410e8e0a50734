import { systemHost } from '../src/host/host.ts';
import type { NewRecord } from '../src/log/record.ts';
import { stamped } from './counting.ts';

/**
 * The records that `app.handle` would append for stamps of tickets: `events` at once for each
 * ticket in turn, with real ids, so that raw inserts do the work of an application.
 */
export function* stampRecords(options: {
  readonly tickets: number;
  readonly events: number;
  readonly count: number;
}): Generator<readonly NewRecord[]> {
  const { tickets, events, count } = options;
  const { ids, clock } = systemHost();
  const versions = Array.from({ length: tickets }, () => 0);
  for (let made = 0; made < count; made += events) {
    const ticket = (made / events) % tickets;
    const cause = { correlationId: ids.next(), causationId: ids.next() };
    const now = clock.now();
    yield Array.from({ length: events }, (): NewRecord => {
      const version = (versions[ticket] ?? 0) + 1;
      versions[ticket] = version;
      const { type, data } = stamped(version);
      return {
        id: ids.next(),
        direction: 'domain',
        stream: `ticket/t-${ticket}`,
        version,
        type,
        schemaVersion: 1,
        key: `t-${ticket}`,
        data: JSON.stringify(data),
        source: 'counting',
        occurredAt: now,
        recordedAt: now,
        ...cause,
        traceparent: null,
        metadata: null,
      };
    });
  }
}
