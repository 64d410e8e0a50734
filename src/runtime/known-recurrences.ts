import { type BoundedContext, recurrencesOf } from '../context/bounded-context.ts';
import type { NewMember } from '../log/membership.ts';
import type { Recurrence } from '../process/recurrence.ts';

/** Before the name of a time that recurs, among the names of what a member knows. */
const RECURRING_TIME = 'recurring time ';

type Knows = NewMember['knows'];

/** How a time recurs, and since when a process runs that says so. */
type Known = Omit<Recurrence, 'name'> & { readonly since: number };

/** The times that recur in a context, as a member tells the others of them. */
export function toldRecurrences(context: BoundedContext, since: number): Knows {
  return Object.fromEntries(
    recurrencesOf(context).map(({ name, cron, timeZone, ifMissed }) => {
      const known: Known = { cron, timeZone, ifMissed, since };
      return [RECURRING_TIME + name, JSON.stringify(known)];
    }),
  );
}

/**
 * The times that recur for processes that run one context side by side: all that any of them knows,
 * by whichever release. Of one that they know otherwise that counts which came up last, by their
 * clocks: a process of an older release that is started once more brings back nothing as long as
 * others of it run.
 */
export function recurrencesOfMembers(
  members: readonly { readonly knows: Knows }[],
): readonly Recurrence[] {
  const told = members
    .flatMap(({ knows }) => Object.entries(knows))
    .filter(([name]) => name.startsWith(RECURRING_TIME))
    .map(([name, text]) => ({
      name: name.slice(RECURRING_TIME.length),
      ...(JSON.parse(text) as Known),
    }));
  const byName = Map.groupBy(told, ({ name }) => name);
  return [...byName.values()].map(newest);
}

/** Of one name, each known at least once. */
function newest(told: readonly (Recurrence & Known)[]): Recurrence {
  const firsts = [...Map.groupBy(told, textOf)].map(([text, alike]) => ({
    text,
    since: Math.min(...alike.map(({ since }) => since)),
  }));
  // By their texts when they came at one moment: everybody works it out alike.
  firsts.sort((a, b) => b.since - a.since || (a.text < b.text ? -1 : 1));
  return JSON.parse(firsts[0]?.text ?? '') as Recurrence;
}

function textOf({ name, cron, timeZone, ifMissed }: Recurrence): string {
  return JSON.stringify({ name, cron, timeZone, ifMissed });
}
