import { type TreeLine, drawnTree } from '../telemetry/drawn-tree.ts';
import { jsonText, messageText, nameText } from '../telemetry/safe-text.ts';
import type { ActionTrace, TracedRecord, TracedWait } from './trace-tree.ts';

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
  const { recordCount, contexts, tookMs, waitingCount } = trace;
  const parts = [
    `action ${nameText(trace.correlationId)}`,
    `${recordCount} ${recordCount === 1 ? 'record' : 'records'} in ${contexts.map(nameText).join(', ')}`,
    ...(Number.isFinite(begin) ? [`recorded ${new Date(begin).toISOString()}`] : []),
    `took ${tookMs} ms`,
    waitingCount === 0 ? 'all done' : `${waitingCount} not done`,
    ...(trace.isCut ? ['not all of it is shown'] : []),
  ];
  return parts.join(' · ');
}

function recordLine(begin: number): (record: TracedRecord) => TreeLine {
  return (record) => ({
    text: `${nameText(record.context)}: ${whatHappened(record)}  +${Date.parse(record.recordedAt) - begin} ms${dataOf(record)}`,
    children: [...record.waiting.map(waitLine), ...record.caused.map(recordLine(begin))],
  });
}

function whatHappened(record: TracedRecord): string {
  const type = nameText(record.type);
  switch (record.direction) {
    case 'domain':
      return `${type}  ${nameText(record.stream ?? '')} v${record.version}`;
    case 'outgoing':
      return `published ${type}`;
    case 'incoming':
      return `took in ${type}`;
    case 'timer':
      return `timer ${type}`;
  }
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
  timer: 'timer not due yet',
} as const;

function waitLine({ context, subscription, kind, attempts, error }: TracedWait): TreeLine {
  const tried =
    attempts === 0 ? '' : ` after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`;
  const why = error === null ? '' : `: ${messageText(error).replaceAll('\n', ' ')}`;
  const where = `${nameText(context)}: ${jsonText(subscription)}`;
  return { text: `! ${where} ${WAITS[kind]}${tried}${why}`, children: [] };
}

function firstTime({ causes }: ActionTrace): number {
  const records = causes.flatMap(({ caused }) => caused);
  return Math.min(...records.map((record) => Date.parse(record.recordedAt)));
}
