import type { Command } from 'commander';
import { findParked } from '../inspection/find-parked.ts';
import { withLogs } from '../inspection/open-logs.ts';
import { type ParkedDetails, parkedDetails } from '../inspection/parked-details.ts';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { cutText, jsonDocument, jsonText, messageText, nameText } from '../telemetry/safe-text.ts';
import { type CommandMeans, type Paint, commandOf } from './command.ts';
import { shellWord } from '../inspection/shell-word.ts';

/** Which one is shown, and how. */
export interface ParkedShowForm {
  readonly context: string | undefined;
  readonly subscription: string | undefined;
  readonly key: string | undefined;
  readonly asJson: boolean;
  readonly width: number;
  readonly paint: Paint;
}

export function parkedShowCommand({ config, print, lineWidth, paint }: CommandMeans): Command {
  return commandOf('show', {
    description: 'Shows one parked record in full, with its error and what is held behind it.',
    example: 'thereupon parked show 01985f3e-4d5c',
  })
    .argument('<record-id>', 'its id, or the beginning of it')
    .option('--context <name>', 'only this context')
    .option('--subscription <name>', 'where it is parked in several')
    .option('--key <key>', 'where it is parked under several keys')
    .action(async (id: string, { json, ...options }: Asked) => {
      const { context, subscription, key } = options;
      const form = { context, subscription, key, asJson: json === true, width: lineWidth, paint };
      print(await parkedShow(await config(), id, form));
    });
}

interface Asked {
  readonly context?: string;
  readonly subscription?: string;
  readonly key?: string;
  readonly json?: true;
}

/** `thereupon parked show RECORD_ID`: one parked record in full. */
export async function parkedShow(
  config: ThereuponConfig,
  id: string,
  { context, subscription, key, asJson, ...shown }: ParkedShowForm,
): Promise<string> {
  return withLogs(config, context, async (logs) => {
    const found = await findParked(logs, { id, subscription, key }, config.store.name);
    const details = await parkedDetails(found);
    return asJson ? jsonDocument(details) : asText(details, shown);
  });
}

/** What is shown in full is not cut; a list is. */
function asText(
  details: ParkedDetails,
  { width, paint }: Pick<ParkedShowForm, 'width' | 'paint'>,
): string {
  return [
    paint('strong', cutText(headingOf(details), width)),
    `parked since ${details.since} after ${counted(details.attempts, 'attempt')}`,
    '',
    ...errorLines(details, paint),
    '',
    ...recordLines(details),
    ...editedLines(details),
    '',
    ...heldLines(details).map((line) => cutText(line, width)),
    '',
    ...nextLines(details),
  ].join('\n');
}

function headingOf({ context, subscription, key }: ParkedDetails): string {
  return `${nameText(context)} · ${jsonText(subscription)} · key ${jsonText(key)}`;
}

/** A stack begins with the name and the message of its error, as a rule. */
function errorLines({ error }: ParkedDetails, paint: Paint): string[] {
  if (error === null) return ['No error was kept with it.'];
  const code = error.code === null ? '' : ` (${nameText(error.code)})`;
  const what = `${nameText(error.name)}${code}:`;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [
    `${paint('bad', what)} ${messageText(error.message)}`,
    ...frames.map((line) => paint('faint', messageText(line))),
  ];
}

function recordLines({ recordId, correlationId, record, where }: ParkedDetails): string[] {
  if (record === null) return [`record ${nameText(recordId)}`, '  is not in the log any more'];
  const { type, schemaVersion, stream, version, position, source } = record;
  const schema = schemaVersion === 1 ? '' : ` (schema ${schemaVersion})`;
  const place =
    where === 'border'
      ? `from ${nameText(source)}, not taken in`
      : `${record.direction} at position ${position}` +
        (stream === null ? ` from ${nameText(source)}` : `, ${nameText(stream)} v${version}`);
  return [
    `record ${nameText(recordId)}`,
    `  ${nameText(type)}${schema}, ${place}`,
    `  occurred ${record.occurredAt}, recorded ${record.recordedAt}`,
    `  action ${nameText(correlationId)}, caused by ${nameText(record.causationId)}`,
    ...jsonDocument(record.data)
      .split('\n')
      .map((line) => `  ${line}`),
  ];
}

/** Beside the original: that stays in the log as it was. */
function editedLines({ edited }: ParkedDetails): string[] {
  if (edited === null) return [];
  return [
    '',
    `handled with data that ${nameText(edited.who)} has edited on ${edited.at}, because: ${messageText(edited.why)}`,
    ...jsonDocument(edited.data)
      .split('\n')
      .map((line) => `  ${line}`),
  ];
}

function heldLines({ held }: ParkedDetails): string[] {
  if (held.count === 0) return ['Nothing is held behind it.'];
  const more = held.count - held.first.length;
  const count = `${held.isCut ? 'at least ' : ''}${held.count}`;
  return [
    `${count} held behind it:`,
    ...held.first.map(
      ({ recordId, type, since }) =>
        `  ${type === null ? 'not in the log any more' : nameText(type)}  record ${nameText(recordId)}  since ${since}`,
    ),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

/** What was never taken in may have its record in no log here: then its action is traced. */
function nextLines({ recordId, correlationId, where }: ParkedDetails): string[] {
  const record = shellWord(recordId);
  const traced = where === 'border' ? shellWord(correlationId) : record;
  return [
    'Next:',
    `  thereupon trace ${traced}`,
    `  thereupon parked redrive ${record}   when the cause is mended`,
    `  thereupon parked redrive ${record} --edited FILE.json   when its data is to blame`,
    `  thereupon parked discard ${record}   when it is to be given up`,
  ];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
