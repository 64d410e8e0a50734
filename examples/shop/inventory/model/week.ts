/**
 * The week a moment lies in, counted from the one that held 1 January 1970. Weeks begin on Monday as
 * ISO weeks do, but are plain numbers, so that the week after the last of a year is the next number.
 */
export function weekOf(time: string): number {
  const milliseconds = Date.parse(time);
  if (Number.isNaN(milliseconds)) {
    throw new TypeError(`"${time}" is no time; give ISO 8601, such as 2010-12-01T08:26:00Z.`);
  }
  return Math.floor((milliseconds - firstMonday) / weekMs);
}

/** Its first moment. */
export function beginningOf(week: number): string {
  return new Date(firstMonday + week * weekMs).toISOString();
}

const weekMs = 7 * 24 * 60 * 60 * 1000;
const firstMonday = Date.parse('1969-12-29T00:00:00Z');
