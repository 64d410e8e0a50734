import type { TimerSource } from '../reaction/source.ts';
import type { Recurrence } from './recurrence.ts';
import { timerType } from './timer-type.ts';

/** Timers that recur belong to nobody: their records' types begin so. */
export const RECURRING = 'recurring';

/** A time that recurs has come. */
export interface Recurred<Name extends string = string> {
  readonly type: Name;
  readonly data: {
    /** For when it was planned; ISO 8601, UTC. Also `occurredAt`: that is when it happened. */
    readonly dueAt: string;
    /** How many times before this one were missed, and are not told apart; counted to 1,000. */
    readonly missed: number;
  };
}

/**
 * A time that comes again and again, as something to react to: for reactions, effects and process
 * managers alike. The name is its identity. When it is new, or its expression has changed, it
 * begins with the first time that comes.
 *
 * - `cron`: five fields, or six with seconds first.
 * - `timeZone`: an IANA name, whose changes of clocks it follows. Default `UTC`.
 * - `ifMissed`: what becomes of times while nothing ran here. `once` (default): the latest is made
 *   up for. `each`: all of them, one by one. `skip`: none.
 *
 * @throws nothing: what is wrong with it is told by `run`, with all that is wrong.
 * @example
 * const nightly = recurring('NightCame', { cron: '30 1 * * *', timeZone: 'Europe/London' });
 * const tidy = whenever('tidy up', nightly, (event, { publish }) =>
 *   publish(ProductListed, { productId: event.data.dueAt }),
 * );
 */
export function recurring<const Name extends string>(
  name: Name,
  {
    cron,
    timeZone = 'UTC',
    ifMissed = 'once',
  }: Pick<Recurrence, 'cron'> & Partial<Pick<Recurrence, 'timeZone' | 'ifMissed'>>,
): TimerSource<Recurred<Name>> {
  const recurrence = { name, cron, timeZone, ifMissed };
  return { kind: 'timer', type: timerType(RECURRING, name), recurrence };
}
