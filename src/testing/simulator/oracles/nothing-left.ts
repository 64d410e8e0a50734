import type { World } from '../world.ts';

/** So many rows are named. */
const NAMED_MAX = 5;

/**
 * Whoever said that everything has settled was right: no row waits in any log but timers, which
 * wait for their time.
 *
 * @throws {UnsettledError} naming what is left.
 */
export async function assertNothingLeft(world: World): Promise<void> {
  const left: string[] = [];
  for (const context of world.contexts) {
    const log = await world.store.reader(context);
    for (const row of await log.waiting({ limit: 1_000 })) {
      if (row.kind === 'timer') continue;
      left.push(`${context}: "${row.subscription}", key ${row.key}: ${row.kind}`);
    }
  }
  if (left.length > 0) throw new UnsettledError(left);
}

/** `settled` has answered, and something is left to do. */
export class UnsettledError extends Error {
  override readonly name = 'UnsettledError';
  readonly code = 'simulation-unsettled';
  readonly retryable = false;
  readonly left: readonly string[];

  constructor(left: readonly string[]) {
    super(
      `"settled" has answered, and ${left.length} rows wait:\n` +
        left
          .slice(0, NAMED_MAX)
          .map((line) => `- ${line}`)
          .join('\n') +
        `\nWhoever waits for "settled" goes on too early.`,
    );
    this.left = left;
  }
}
