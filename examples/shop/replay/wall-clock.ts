/**
 * The times of an order file: the shop's wall clock, to the minute. They are taken as given: the
 * digits stay as they are and are written as if they were UTC ("2010-12-01 08:26:00" becomes
 * "2010-12-01T08:26:00.000Z"), so that days and weeks are those the shop saw, on every machine.
 *
 * Inside the replay a time is a whole number, the minutes since 1970-01-01 00:00.
 */
const pattern = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d)(?::\d\d(?:\.\d+)?)?$/;
const minutesADay = 24 * 60;

/** Undefined when the text is no date and time, or names a day that the calendar has not. */
export function parseWallClock(text: string): number | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const time = new Date(Date.UTC(year, month - 1, day, hour, minute));
  const isReal =
    time.getUTCMonth() === month - 1 &&
    time.getUTCDate() === day &&
    time.getUTCHours() === hour &&
    time.getUTCMinutes() === minute;
  return isReal ? time.getTime() / 60_000 : undefined;
}

export function isoOfMinute(minute: number): string {
  return new Date(minute * 60_000).toISOString();
}

export function dayOfMinute(minute: number): number {
  return Math.floor(minute / minutesADay);
}

/**
 * The week a minute lies in: Monday to Sunday, counted from the one that held 1970-01-01, so that
 * two week numbers can be subtracted across a new year.
 */
export function weekOfMinute(minute: number): number {
  return Math.floor((dayOfMinute(minute) + 3) / 7);
}
