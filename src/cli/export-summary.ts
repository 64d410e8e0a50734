import { nameText } from '../telemetry/safe-text.ts';
import type { Exported, ExportedContext } from './export-events.ts';
import { spanText } from './span-text.ts';

/** What came of an export, a line for each context. `file`: where it is, if it is in one. */
export function exportSummary(exported: Exported, file: string | undefined): string {
  const { contexts, ended, count, tookMs } = exported;
  const where = file === undefined || ended === 'interrupted' ? '' : ` to ${file}`;
  return [
    ...contexts.flatMap(linesOf),
    `${events(count)} exported${where} in ${spanText(tookMs)}.`,
    ...END_WORDS[ended](file),
  ].join('\n');
}

const END_WORDS: Readonly<Record<Exported['ended'], (file: string | undefined) => string[]>> = {
  all: () => [],
  limit: () => ['There may be more: this is as many as --limit lets through.'],
  'not-read-on': () => ['Whoever read it has stopped before the end.'],
  interrupted: (file) => [
    file === undefined ? 'Interrupted before the end.' : `Interrupted: ${file} was not written.`,
  ],
};

function linesOf(exported: ExportedContext): string[] {
  const { context, count, position, leftOut, droppedUpTo } = exported;
  const name = nameText(context);
  return [
    `${name}: ${events(count)}, up to position ${position}`,
    ...(leftOut === 0
      ? []
      : [
          `  ${leftOut} left out: nobody has said what of them is personal, as their type or version ` +
            'is not in the wiring',
        ]),
    ...(droppedUpTo === 0
      ? []
      : [`  older messages, some up to position ${droppedUpTo}, were dropped for their age`]),
  ];
}

function events(count: number): string {
  return `${count} ${count === 1 ? 'event' : 'events'}`;
}
