import type { Log } from '../log/log.ts';

/** Something that reads a log by a checkpoint of its own name. */
export interface Starting {
  readonly name: string;
  readonly kind: 'reaction' | 'effect' | 'read-model';
  readonly startFrom: 'beginning' | 'now' | undefined;
}

/**
 * Where each subscription that has no checkpoint yet begins. A read model begins at the beginning.
 * A reaction or effect that is new on a log with a past must say: whether old events still mean
 * something to do is a decision that nobody else can take.
 *
 * @returns the positions by name, and the names of those that must say.
 */
export async function startPositions(
  log: Log,
  starting: readonly Starting[],
): Promise<{ readonly positions: ReadonlyMap<string, number>; readonly undecided: string[] }> {
  const head = await log.head();
  const known = new Set((await log.checkpoints()).map((checkpoint) => checkpoint.subscription));
  const positions = new Map<string, number>();
  const undecided: string[] = [];
  for (const { name, kind, startFrom } of starting) {
    positions.set(name, startFrom === 'now' ? head : 0);
    const mustSay = kind !== 'read-model' && head > 0 && startFrom === undefined;
    if (mustSay && !known.has(name)) undecided.push(name);
  }
  return { positions, undecided };
}
