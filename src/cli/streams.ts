import { type Command, Option } from 'commander';
import type { ListedStream } from '../inspection/listed-stream.ts';
import { type StreamsQuestion, listedStreams } from '../inspection/listed-streams.ts';
import { LOOKED_THROUGH_MAX, type NewestStreams } from '../inspection/newest-streams.ts';
import { withLogs } from '../inspection/open-logs.ts';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { cutText, jsonDocument, nameText } from '../telemetry/safe-text.ts';
import { type CommandMeans, commandOf, wholeNumber } from './command.ts';

/** Which streams are listed, and how. */
export interface StreamsForm extends StreamsQuestion {
  readonly context?: string;
  readonly asJson: boolean;
  readonly width: number;
}

export function streamsCommand({ config, print, lineWidth }: CommandMeans): Command {
  return commandOf('streams', {
    description: 'Lists the streams of aggregates, the newest activity first.',
    example: 'thereupon streams --aggregate order --by name',
  })
    .option('--context <name>', 'only this context')
    .option('--aggregate <name>', 'only of this aggregate')
    .addOption(
      new Option('--by <order>', 'the newest activity first, or by name')
        .choices(['activity', 'name'])
        .default('activity'),
    )
    .option('--limit <count>', 'at most so many, up to 10,000', wholeNumber, 50)
    .option('--after <place>', 'go on where a list before has ended: it says how')
    .action(async ({ json, ...options }: StreamsOptions) => {
      const form = { ...options, asJson: json === true, width: lineWidth };
      print(await streams(await config(), form));
    });
}

interface StreamsOptions extends StreamsQuestion {
  readonly context?: string;
  readonly json?: true;
}

/** `thereupon streams`: which aggregate instances there are, and what happened to them last. */
export async function streams(config: ThereuponConfig, form: StreamsForm): Promise<string> {
  return withLogs(config, form.context, async (logs) => {
    const list = await listedStreams(logs, form, config.store.name);
    return form.asJson ? jsonDocument(list) : asText(list, form);
  });
}

function asText({ streams: listed, next, endedEarly }: NewestStreams, form: StreamsForm): string {
  const contexts = endedEarly.map(nameText).join(', ');
  const early = `Looked through the newest ${LOOKED_THROUGH_MAX.toLocaleString('en')} records of ${contexts}. `;
  const order = form.by === 'name' ? '--by name ' : '';
  return [
    ...listed.map((stream) => cutText(lineOf(stream), form.width)),
    ...(listed.length === 0 && next === null ? ['There are no streams.'] : []),
    ...(next === null
      ? []
      : [`${contexts === '' ? '' : early}Go on with: ${order}--after ${nameText(next)}`]),
  ].join('\n');
}

function lineOf(listed: ListedStream): string {
  const { context, stream, version, lastType, lastOccurredAt, lastRecordedAt } = listed;
  const recorded = lastRecordedAt === lastOccurredAt ? '' : `  recorded ${lastRecordedAt}`;
  return (
    `${lastOccurredAt}  ${nameText(context)}  ${nameText(stream)} v${version}  ` +
    `${nameText(lastType)}${recorded}`
  );
}
