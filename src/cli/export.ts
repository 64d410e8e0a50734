import { resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { systemClock } from '../host/clock.ts';
import type { ExportUntil } from '../inspection/export-pages.ts';
import { QuestionError } from '../inspection/question-error.ts';
import { timeOf } from '../message/business-time.ts';
import { jsonDocument } from '../telemetry/safe-text.ts';
import { type CommandMeans, commandOf, wholeNumber } from './command.ts';
import { EXIT } from './exit-code.ts';
import { type ExportForm, type ExportWay, type Exported, exportEvents } from './export-events.ts';
import { beginExportFile } from './export-file.ts';
import { exportSummary } from './export-summary.ts';
import { ProgressBar } from './progress-bar.ts';

interface Asked {
  readonly context?: string;
  readonly out?: string;
  readonly force?: true;
  readonly all?: true;
  readonly type?: readonly string[];
  readonly after?: number;
  readonly until?: ExportUntil;
  readonly limit?: number;
  readonly maskPersonal?: true;
  readonly json?: true;
}

export function exportCommand(means: CommandMeans): Command {
  return commandOf('export', {
    description:
      'Writes what the contexts have published as CloudEvents 1.0, one JSON object a line. It is a ' +
      'copy of the log, personal data and all.',
    example: 'thereupon export --context ordering --out ordering.ndjson',
  })
    .option('--context <name>', 'only this context')
    .option('--out <file>', 'to this file, which appears once it is whole')
    .option('--force', 'replace the file when it is there already')
    .option('--all', 'every record: domain events, what was taken in and timers as well')
    .option('--type <name...>', 'only these types')
    .option('--after <position>', 'what stands after it; needs --context', wholeNumber)
    .option(
      '--until <end>',
      'up to a position (needs --context), or what was recorded before a time',
      until,
    )
    .option('--limit <count>', 'at most so many events', wholeNumber)
    .option(
      '--mask-personal',
      'mask what the wiring says is personal, leave out what it is silent on',
    )
    .action((asked: Asked) => exportAsked(asked, means));
}

/** `thereupon export`: what the contexts have published, as CloudEvents. */
async function exportAsked(asked: Asked, means: CommandMeans): Promise<void> {
  const form = formOf(asked);
  const config = await means.config();
  const file = asked.out === undefined ? undefined : resolve(means.cwd, asked.out);
  const exported = await means.untilInterrupted((signal) => {
    const way = { signal, clock: systemClock(), progress: progressIn(means, file !== undefined) };
    const work = (pour: ExportWay['pour']) => exportEvents(config, form, { ...way, pour });
    return file === undefined
      ? work(means.pour)
      : exportToFile(file, { isForced: asked.force === true, work });
  });
  means.err(
    asked.json === true
      ? `${jsonDocument({ ...exported, file: file ?? null })}\n`
      : `${exportSummary(exported, file)}\n`,
  );
  if (exported.ended === 'interrupted') means.onEnd(EXIT.interrupted);
}

async function exportToFile(
  path: string,
  options: {
    readonly isForced: boolean;
    readonly work: (pour: ExportWay['pour']) => Promise<Exported>;
  },
): Promise<Exported> {
  const file = await beginExportFile(path, options.isForced);
  try {
    const exported = await options.work(file.pour);
    if (exported.ended !== 'interrupted') await file.keep();
    return exported;
  } finally {
    await file.drop();
  }
}

/** Not where the events themselves are shown on the terminal. */
function progressIn(
  { terminal, width, err }: CommandMeans,
  isToFile: boolean,
): ExportWay['progress'] {
  const isOut = !isToFile && width !== undefined;
  return (total) =>
    new ProgressBar({
      what: 'exporting',
      total,
      terminal: isOut ? undefined : terminal,
      write: err,
      clock: systemClock(),
    });
}

/** @throws {QuestionError} for a position in no log in particular. */
function formOf({ context, all, type, after, until: end, limit, maskPersonal }: Asked): ExportForm {
  const isPlaced = after !== undefined || (end !== undefined && 'position' in end);
  if (isPlaced && context === undefined)
    throw new QuestionError(
      'asked-wrongly',
      'Each log has positions of its own. Say whose they are with --context, or give --until a time.',
    );
  return {
    context,
    isAll: all === true,
    types: type,
    after: after ?? 0,
    until: end,
    limit: limit ?? Number.POSITIVE_INFINITY,
    isMasked: maskPersonal === true,
  };
}

/** A position, or a time. */
function until(text: string): ExportUntil {
  if (/^\d+$/.test(text)) return { position: wholeNumber(text) };
  try {
    return { recordedAt: timeOf(text) };
  } catch {
    throw new InvalidArgumentError('It is a position, or a time such as 2026-05-01T12:00:00.000Z.');
  }
}
