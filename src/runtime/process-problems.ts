import { type BoundedContext, recurrencesOf } from '../context/bounded-context.ts';
import type { ProcessManager } from '../process/process-manager.ts';
import { whyNoRecurrence } from '../process/recurrence.ts';
import { RECURRING } from '../process/recurring.ts';
import { whyNotJson } from '../message/not-json.ts';
import { isTimerName } from '../process/timer-type.ts';
import type { Source } from '../reaction/source.ts';
import { duplicates, nameProblems } from './name-problems.ts';
import { processOptionProblems } from './option-problems.ts';

/** What is wrong with a process manager, apart from its sources. */
export function processProblems(process: ProcessManager): string[] {
  const { name, timers, startedBy, time, stateVersion, sources, initial } = process;
  const notJson = whyNotJson(initial);
  const types = sources.map(typeOf);
  const of = `process manager "${name}"`;
  return [
    ...nameProblems('a process manager', name),
    ...(name === RECURRING
      ? [`a process manager can't be called "${name}"; say what it does`]
      : []),
    ...(timers.every(isTimerName)
      ? duplicates(timers).map((timer) => `${of} has two timers "${timer}"; list it once`)
      : [`a timer of ${of} has no name; use letters, digits, "-" and "_", as in PaymentOverdue`]),
    ...timers
      .filter((timer) => types.includes(timer) || timer === 'CommandRefused')
      .map((timer) => `timer "${timer}" of ${of} is called as another event; rename it`),
    ...(startedBy.length === 0 ? [`nothing starts ${of}; name an event in its "startedBy"`] : []),
    ...startedBy
      .filter((type) => !types.includes(type))
      .map((type) => `${of} is started by "${type}", which is not among its "from"`),
    ...(time === 'clock' || time === 'business'
      ? []
      : [`"time" of ${of} is ${JSON.stringify(time)}; give it 'clock' or 'business'`]),
    ...(Number.isSafeInteger(stateVersion) && stateVersion >= 1
      ? []
      : [`${of} has stateVersion ${stateVersion}; use 1, 2, 3 …`]),
    ...(notJson === undefined
      ? []
      : [`the initial state of ${of} is not JSON: ${notJson}; its state is kept as JSON`]),
    ...processOptionProblems(name, process.options),
  ];
}

function typeOf(source: Source): string {
  if (source.kind === 'contract') return source.name;
  return source.kind === 'domain' ? source.type : (source.recurrence?.name ?? source.type);
}

/** What is wrong with the times that recur in a context. */
export function recurrenceProblems(context: BoundedContext): string[] {
  const recurrences = recurrencesOf(context);
  return [
    ...recurrences.flatMap((recurrence) => {
      const { name, ifMissed } = recurrence;
      const why = whyNoRecurrence(recurrence);
      return [
        ...(isTimerName(name)
          ? []
          : [`${JSON.stringify(name)} can't recur; use letters, digits, "-" and "_" for its name`]),
        ...(why === undefined ? [] : [`"${name}" ${why}; write it as { cron: '30 1 * * *' }`]),
        ...(['once', 'each', 'skip'].includes(ifMissed)
          ? []
          : [
              `"ifMissed" of "${name}" is ${JSON.stringify(ifMissed)}; give it 'once', 'each' or 'skip'`,
            ]),
      ];
    }),
    ...duplicates(recurrences.map(({ name }) => name)).map(
      (name) => `two times that recur are called "${name}"; define it once, and use that`,
    ),
  ];
}
