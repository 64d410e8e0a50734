import type { LogReader } from '../log/log.ts';
import type { StoredRecord } from '../log/record.ts';
import { BORDER_READ_MAX, borderSubscription } from './border.ts';

/**
 * Which of a source's messages a context has taken in. One may be dropped from the log, or forgotten as
 * received: one of both is enough.
 */
export async function knownIds(
  consumer: Pick<LogReader, 'received' | 'recordsById'>,
  source: string,
  records: readonly StoredRecord[],
): Promise<ReadonlySet<string>> {
  if (records.length === 0) return new Set();
  const ids = records.map(({ id }) => id);
  const received = await consumer.received(source, ids);
  const missing = ids.filter((id) => !received.has(id));
  const found = missing.length === 0 ? [] : await consumer.recordsById(missing);
  // An id is unique for its source only.
  const there = found.filter((record) => record.source === source);
  return new Set([...received, ...there.map(({ id }) => id)]);
}

/** Of messages of a source that wait at a context's border. */
export async function borderIds(
  consumer: Pick<LogReader, 'waiting'>,
  source: string,
): Promise<ReadonlySet<string>> {
  const subscription = borderSubscription(source);
  const rows = await consumer.waiting({ subscription, limit: BORDER_READ_MAX });
  return new Set(rows.map(({ recordId }) => recordId));
}
