import { type TreeLine, drawnTree } from '../telemetry/drawn-tree.ts';
import { jsonText, messageText, nameText } from '../telemetry/safe-text.ts';
import { spanText } from './span-text.ts';
import { whatHappened } from './what-happened.ts';
import type { ActionTrace, TracedRecord, TracedWait } from '../inspection/action-trace.ts';

/** An action as lines of text: what caused what, one record a line, with the time since the first. */
export function traceText(trace: ActionTrace, width: number): string {
  const begin = firstTime(trace);
  const lines: TreeLine[] = trace.causes.flatMap(({ causationId, caused }) => [
    { text: `caused by ${nameText(causationId)}`, children: caused.map(recordLine(begin)) },
  ]);
  lines.push(...trace.waiting.map(waitLine));
  return [heading(trace, begin), ...lines.flatMap((line) => drawnTree(line, width))].join('\n');
}

function heading(trace: ActionTrace, begin: number): string {
  const { recordCount, contexts, tookMs, waitingCount, timerCount, notReachedCount } = trace;
  const undone = waitingCount - timerCount;
  const parts = [
    `action ${nameText(trace.correlationId)}`,
    `${recordCount} ${recordCount === 1 ? 'record' : 'records'} in ${contexts.map(nameText).join(', ')}`,
    ...(Number.isFinite(begin) ? [`recorded ${new Date(begin).toISOString()}`] : []),
    `took ${spanText(tookMs)}`,
    ...(waitingCount + notReachedCount === 0 ? ['all done'] : []),
    ...(notReachedCount === 0 ? [] : [`${notReachedCount} not reached yet`]),
    ...(undone === 0 ? [] : [`${undone} not done`]),
    ...(timerCount === 0 ? [] : [`${timerCount} ${timerCount === 1 ? 'timer' : 'timers'} set`]),
    ...(trace.isCut ? ['not all of it is shown'] : []),
  ];
  return parts.join(' · ');
}

function recordLine(begin: number): (record: TracedRecord) => TreeLine {
  return (record) => ({
    text: `${nameText(record.context)}: ${whatHappened(record)}  +${spanText(Date.parse(record.recordedAt) - begin)}${dataOf(record)}`,
    children: [...record.waiting.map(waitLine), ...record.caused.map(recordLine(begin))],
  });
}

/** What was taken in is what was published, one line above. */
function dataOf({ direction, data }: TracedRecord): string {
  return direction === 'incoming' ? '' : `  ${jsonText(data)}`;
}

const WAITS = {
  retry: 'will be tried again',
  parked: 'PARKED',
  held: 'held behind an earlier one of its key',
  effect: 'to be performed',
  request: 'asked for',
  timer: 'is set',
} as const;

function waitLine(wait: TracedWait): TreeLine {
  const { context, subscription, kind, attempts, error, timer } = wait;
  const tried =
    attempts === 0 ? '' : ` after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`;
  const why = error === null ? '' : `: ${messageText(error).replaceAll('\n', ' ')}`;
  const what = timer === null ? jsonText(subscription) : `timer ${nameText(timer.type)}`;
  const due = timer === null ? '' : ` for ${timer.due}`;
  return {
    text: `! ${nameText(context)}: ${what} ${WAITS[kind]}${due}${tried}${why}`,
    children: [],
  };
}

function firstTime({ causes }: ActionTrace): number {
  const records = causes.flatMap(({ caused }) => caused);
  return Math.min(...records.map((record) => Date.parse(record.recordedAt)));
}
