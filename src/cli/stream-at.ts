import { InvalidArgumentError } from 'commander';
import { findStream } from '../inspection/find-stream.ts';
import { withLogs } from '../inspection/open-logs.ts';
import { QuestionError } from '../inspection/question-error.ts';
import { type Moment, type StateAt, stateAt } from '../inspection/state-at.ts';
import { timeAsked } from '../inspection/time-asked.ts';
import { InvalidTimeError } from '../message/business-time.ts';
import type { FieldChange } from '../message/field-changes.ts';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { cutText, jsonDocument, jsonText, messageText, nameText } from '../telemetry/safe-text.ts';
import type { Paint } from './command.ts';
import { eventLine } from './event-line.ts';

/** At most so many changes, and so many lines of a state, are shown in text; all with `--json`. */
const LINES_MAX = 200;

/** How a state is shown. */
export interface StreamAtForm {
  readonly context: string | undefined;
  readonly at: Moment;
  readonly asJson: boolean;
  readonly width: number;
  readonly paint: Paint;
}

/** Reads a version, or a time. A time without a zone is UTC, as all times that are shown. */
export function versionOrTime(text: string): number | Date {
  const version = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(version)) return version;
  try {
    return new Date(timeAsked(text));
  } catch (error) {
    if (!(error instanceof InvalidTimeError)) throw error;
    throw new InvalidArgumentError(
      'It is a version, such as 3, or a time, such as 2011-12-09T12:50:00Z.',
    );
  }
}

/** A time is when something happened in the business, unless that when it was recorded is meant. */
export function momentOf(at: number | Date, isRecorded: boolean): Moment {
  if (at instanceof Date)
    return { kind: 'time', time: at.getTime(), by: isRecorded ? 'recordedAt' : 'occurredAt' };
  if (!isRecorded) return { kind: 'version', version: at };
  throw new QuestionError(
    'asked-wrongly',
    'A version is the same by whatever time: leave --recorded out, or give --at a time.',
  );
}

/** `thereupon stream ID --at`: an aggregate's state at a moment, and what made it so. */
export async function streamAt(
  config: ThereuponConfig,
  id: string,
  form: StreamAtForm,
): Promise<string> {
  return withLogs(config, form.context, async (logs) => {
    const found = await findStream(logs, id, config.store.name);
    const state = await stateAt(found, id, form.at);
    return form.asJson ? jsonDocument(state) : asText(state, form);
  });
}

function asText(shown: StateAt, form: StreamAtForm): string {
  const { event, changes, problem, isMasked } = shown;
  const masked = isMasked ? ' (personal fields are masked in what it is made of)' : '';
  const lines = [
    headingOf(shown, form.at),
    event === null ? 'Nothing had happened yet.' : eventLine(event),
    ...(problem === null ? [] : [`! ${messageText(problem).replaceAll('\n', ' ')}`]),
    ...(event === null || shown.state === null
      ? []
      : section('changed by it', changeLines(changes))),
    ...(shown.state === null ? [] : section(`state${masked}`, stateLines(shown.state))),
  ];
  return lines.map((line) => painted(cutText(line, form.width), form.paint)).join('\n');
}

function headingOf({ stream, context, version, lastVersion }: StateAt, at: Moment): string {
  const when = at.kind === 'time' ? ` · ${timeText(at.by)} ${new Date(at.time).toISOString()}` : '';
  return `${nameText(stream)} in ${nameText(context)} · version ${version} of ${lastVersion}${when}`;
}

function timeText(by: 'occurredAt' | 'recordedAt'): string {
  return by === 'occurredAt' ? 'by business time' : 'as recorded by';
}

function section(title: string, lines: readonly string[]): string[] {
  const more = lines.length - LINES_MAX;
  return [
    title,
    ...lines.slice(0, LINES_MAX).map((line) => `  ${line}`),
    ...(more > 0 ? [`  and ${more} lines more: see them all with --json`] : []),
  ];
}

function changeLines(changes: readonly FieldChange[]): string[] {
  return changes.length === 0 ? ['nothing'] : changes.map(changeLine);
}

function changeLine(change: FieldChange): string {
  const path = change.path === '' ? 'all of it' : messageText(change.path).replaceAll('\n', ' ');
  switch (change.kind) {
    case 'added':
      return `+ ${path}: ${jsonText(change.after)}`;
    case 'removed':
      return `- ${path}: ${jsonText(change.before)}`;
    case 'changed':
      return `~ ${path}: ${jsonText(change.before)} → ${jsonText(change.after)}`;
  }
}

function stateLines(state: unknown): string[] {
  return jsonDocument(state).split('\n');
}

const STYLES: Readonly<Record<string, 'good' | 'bad' | 'attention'>> = {
  '! ': 'bad',
  '  + ': 'good',
  '  - ': 'bad',
  '  ~ ': 'attention',
};

function painted(line: string, paint: Paint): string {
  const style = Object.entries(STYLES).find(([start]) => line.startsWith(start))?.[1];
  return style === undefined ? line : paint(style, line);
}
