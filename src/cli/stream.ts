import { type Command, Option } from 'commander';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { type CommandMeans, commandOf, wholeNumber } from './command.ts';
import { eventLine } from './event-line.ts';
import { withLogs } from '../inspection/open-logs.ts';
import { momentOf, streamAt, versionOrTime } from './stream-at.ts';
import { QuestionError } from '../inspection/question-error.ts';
import { cutText, jsonDocument, nameText } from '../telemetry/safe-text.ts';
import { type StreamEvents, streamEvents } from '../inspection/stream-events.ts';

/** Which part of a stream is shown, and how. */
export interface StreamForm {
  readonly context: string | undefined;
  readonly after: number;
  readonly limit: number;
  readonly asJson: boolean;
  readonly width: number;
}

export function streamCommand(means: CommandMeans): Command {
  return commandOf('stream', {
    description: 'Shows the events of one aggregate instance, or its state at a moment.',
    example: 'thereupon stream order/536365 --at 2011-12-09T12:50:00Z',
  })
    .argument('<id>', 'the stream, AGGREGATE/ID')
    .option('--context <name>', 'only this context')
    .option('--after <version>', 'events after this version', wholeNumber, 0)
    .option('--limit <count>', 'at most so many events', wholeNumber, 1_000)
    .addOption(
      new Option(
        '--at <moment>',
        'the state at a version, or at a time: when it happened, in UTC; and what had changed it',
      )
        .argParser(versionOrTime)
        .conflicts(['after', 'limit']),
    )
    .option('--recorded', 'the time of --at is the one at which events were recorded')
    .action((id: string, options: StreamOptions) => streamAsked(id, options, means));
}

interface StreamOptions {
  readonly context?: string;
  readonly after: number;
  readonly limit: number;
  readonly at?: number | Date;
  readonly recorded?: true;
  readonly json?: true;
}

async function streamAsked(
  id: string,
  { context, after, limit, at, recorded, json }: StreamOptions,
  { config, print, lineWidth, paint }: CommandMeans,
): Promise<void> {
  const form = { context, asJson: json === true, width: lineWidth };
  if (at !== undefined) {
    const moment = momentOf(at, recorded === true);
    return print(await streamAt(await config(), id, { ...form, at: moment, paint }));
  }
  if (recorded === true)
    throw new QuestionError('asked-wrongly', '--recorded says what --at means: give --at a time.');
  print(await stream(await config(), id, { ...form, after, limit }));
}

/** `thereupon stream ID`: the events of one aggregate instance. */
export async function stream(
  config: ThereuponConfig,
  id: string,
  form: StreamForm,
): Promise<string> {
  return withLogs(config, form.context, async (logs) => {
    const { after, limit } = form;
    const events = await streamEvents(logs, { id, after, limit }, config.store.name);
    return form.asJson ? jsonDocument(events) : asText(events, form.width);
  });
}

function asText(
  { context, stream: name, version, records, next }: StreamEvents,
  width: number,
): string {
  return [
    `${nameText(name)} in ${nameText(context)} · version ${version}`,
    ...records.map((record) => cutText(eventLine(record), width)),
    ...(next === null ? [] : [`${version - next} more: go on with --after ${next}`]),
  ].join('\n');
}
