import { Cron } from 'croner';

/**
 * A time that comes again and again, by a cron expression in a time zone. What the clocks there do
 * in spring and autumn is croner's matter, as it is cron's: a time of day that is skipped is when
 * the clock jumps, one that comes twice is the first of the two, and what is said by steps or
 * wildcards (each quarter of an hour) goes on by the real hours.
 */
export interface Recurrence {
  readonly name: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly ifMissed: 'once' | 'each' | 'skip';
}

/** The first time after one, in milliseconds since 1970; undefined when there is none any more. */
export function nextTime({ cron, timeZone }: Recurrence, after: number): number | undefined {
  return parsed(cron, timeZone).nextRun(new Date(after))?.getTime();
}

/** The last time up to one, however many there were before. */
export function latestTime({ cron, timeZone }: Recurrence, upTo: number): number | undefined {
  const [latest] = parsed(cron, timeZone).previousRuns(1, new Date(upTo + 1));
  return latest?.getTime();
}

/** Why a cron expression or a time zone cannot be used, or undefined when it can. */
export function whyNoRecurrence({ cron, timeZone }: Recurrence): string | undefined {
  // Croner reads a question mark as the moment when it is parsed: that is a hidden clock.
  if (typeof cron !== 'string' || cron.includes('?')) return 'has no cron expression';
  if (typeof timeZone !== 'string' || timeZone === '') return 'has no time zone';
  try {
    parsed(cron, timeZone).nextRun(new Date(0));
    return undefined;
  } catch (error) {
    return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Five fields, or six with seconds first. Nothing of it runs: it is only asked. */
function parsed(cron: string, timeZone: string): Cron {
  return new Cron(cron, { timezone: timeZone, paused: true, mode: '5-or-6-parts' });
}
