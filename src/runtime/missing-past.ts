import type { LogReader } from '../log/log.ts';
import type { Logger } from '../telemetry/logger.ts';

/** Something that is about to begin at the beginning of a log. */
export interface Beginning {
  readonly subscription: string;
  /** The contracts that it listens to, by name. */
  readonly contracts: readonly string[];
}

/**
 * Says of whoever begins at the beginning of a log which of its messages are not there any more: a
 * read model that is built from the rest is not the one that was built from all of them, and nobody
 * should have to find that out from what is missing.
 */
export async function tellMissingPast(
  { log, logger }: { readonly log: LogReader; readonly logger: Logger },
  beginning: () => Promise<readonly Beginning[]>,
): Promise<void> {
  const dropped = (await log.dropped?.()) ?? [];
  if (dropped.length === 0) return;
  for (const { subscription, contracts } of await beginning()) {
    const missing = dropped.filter(({ type }) => contracts.includes(type));
    if (missing.length === 0) continue;
    const position = Math.max(...missing.map((each) => each.position));
    const names = [...new Set(missing.map(({ type }) => type))].join(', ');
    logger.log({
      level: 'warn',
      event: 'past-missing',
      context: log.context,
      subscription,
      contracts: names,
      position,
      message: `it begins at the beginning, and the log has dropped messages of it up to ${position}`,
    });
  }
}
