import type { Logger } from '../telemetry/logger.ts';
import type { Envelope } from './backbone.ts';
import type { Sorted } from './sort-messages.ts';

/** A line for each message that came, and what became of it; nothing of its data. */
export function logTakenIn(
  logger: Logger,
  about: { readonly context: string; readonly source: string },
  { records, rows, duplicates, positions }: Sorted & { readonly positions: readonly number[] },
): void {
  records.forEach((record, index) => {
    const position = positions[index] ?? 0;
    const event = position === 0 ? 'duplicate' : 'taken-in';
    logger.log({ level: 'info', event, ...about, ...factsOf(record), position });
  });
  for (const message of duplicates)
    logger.log({ level: 'info', event: 'duplicate', ...about, ...factsOf(message) });
  for (const { kind, recordId: id, key, correlationId, error } of rows) {
    const event = kind === 'held' ? 'held' : 'parked';
    const reason = { code: error?.code, message: error?.message };
    logger.log({ level: 'warn', event, ...about, id, key, correlationId, ...reason });
  }
}

function factsOf({ id, type, key, correlationId }: Omit<Envelope, 'data'>) {
  return { id, type, key, correlationId };
}
