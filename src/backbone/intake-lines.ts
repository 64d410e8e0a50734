import { FROM_NOW } from '../log/write-set.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Backbone, Envelope } from './backbone.ts';
import type { Sorted } from './sort-messages.ts';

/** A line for contracts that are listened to for the first time. */
export function logListening(
  logger: Logger,
  listening: {
    readonly context: string;
    readonly source: string;
    readonly contracts: readonly string[];
    /** Where they begin: 0 or `FROM_NOW`. */
    readonly position: number;
    /** Whether other contracts of that source were listened to before. */
    readonly isLater: boolean;
    readonly backbone: Backbone;
  },
): void {
  const { context, source, contracts, position, isLater, backbone } = listening;
  const { name, capabilities } = backbone.for?.(source) ?? backbone;
  const { replay } = capabilities;
  const isLost = !replay && position !== FROM_NOW;
  logger.log({
    level: isLater && isLost ? 'warn' : 'info',
    event: 'listening',
    context,
    source,
    contracts: contracts.join(', '),
    message:
      position === FROM_NOW
        ? 'what was published of it before is left out, as those who listen to it begin now'
        : replay
          ? 'what was published of it before is taken in first'
          : `what was published of it before does not come: the backbone ${name} keeps none of it`,
  });
}

/** A line for a contract that is taken in from the beginning, which is not there any more. */
export function logMissing(
  logger: Logger,
  missing: {
    readonly context: string;
    readonly source: string;
    readonly contract: string;
    /** Of the last message that is missing. */
    readonly position: number;
  },
): void {
  const { context, source, contract, position } = missing;
  logger.log({
    level: 'warn',
    event: 'past-missing',
    context,
    source,
    contracts: contract,
    position,
    message: `it is taken in from the beginning, and "${source}" has dropped messages of it up to ${position}`,
  });
}

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
  for (const row of rows) logSetAside(logger, about, row);
}

/** A line for a message that waits for a person, or behind one that does. */
export function logSetAside(
  logger: Logger,
  about: { readonly context: string; readonly source?: string },
  { kind, subscription, recordId: id, key, correlationId, error }: WaitingRow,
): void {
  const event = kind === 'held' ? 'held' : 'parked';
  const reason = error === null ? {} : { code: error.code, message: error.message };
  const facts = { subscription, id, key, correlationId };
  logger.log({ level: 'warn', event, ...about, ...facts, ...reason });
}

function factsOf({ id, type, key, correlationId }: Omit<Envelope, 'data'>) {
  return { id, type, key, correlationId };
}
