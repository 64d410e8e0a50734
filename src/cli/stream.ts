import type { Command } from 'commander';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { type CommandMeans, commandOf, wholeNumber } from './command.ts';
import { findStream } from '../inspection/find-stream.ts';
import { withLogs } from '../inspection/open-logs.ts';
import { cutText, jsonDocument, jsonText, nameText } from '../telemetry/safe-text.ts';
import { type ShownRecord, shownRecord } from '../inspection/shown-record.ts';

/** Which part of a stream is shown, and how. */
export interface StreamForm {
  readonly context: string | undefined;
  readonly after: number;
  readonly limit: number;
  readonly asJson: boolean;
  readonly width: number;
}

export function streamCommand({ config, print, lineWidth }: CommandMeans): Command {
  return commandOf('stream', {
    description: 'Shows the events of one aggregate instance.',
    example: 'thereupon stream order/536365 --after 10',
  })
    .argument('<id>', 'the stream, AGGREGATE/ID')
    .option('--context <name>', 'only this context')
    .option('--after <version>', 'events after this version', wholeNumber, 0)
    .option('--limit <count>', 'at most so many events', wholeNumber, 1_000)
    .action(async (id: string, { json, ...options }: StreamOptions) => {
      const form = { ...options, asJson: json === true, width: lineWidth };
      print(await stream(await config(), id, { ...form, context: options.context }));
    });
}

interface StreamOptions {
  readonly context?: string;
  readonly after: number;
  readonly limit: number;
  readonly json?: true;
}

/** `thereupon stream ID`: the events of one aggregate instance. */
export async function stream(
  config: ThereuponConfig,
  id: string,
  form: StreamForm,
): Promise<string> {
  return withLogs(config, form.context, async (logs) => {
    const { context, version, log, vocabulary } = await findStream(logs, id, config.store.name);
    const stored = await log.readStream(id, { afterVersion: form.after, limit: form.limit });
    const records = stored.map((record) => shownRecord(vocabulary, record));
    if (form.asJson) return jsonDocument({ context: context.name, stream: id, version, records });
    return asText({ ...form, context: context.name, stream: id, version, records });
  });
}

function asText(shown: {
  readonly context: string;
  readonly stream: string;
  readonly version: number;
  readonly records: readonly ShownRecord[];
  readonly width: number;
}): string {
  const { records, version, width } = shown;
  const last = records.at(-1)?.version ?? version;
  return [
    `${nameText(shown.stream)} in ${nameText(shown.context)} · version ${version}`,
    ...records.map((record) => cutText(lineOf(record), width)),
    ...(last < version ? [`${version - last} more: go on with --after ${last}`] : []),
  ].join('\n');
}

function lineOf(record: ShownRecord): string {
  const version = String(record.version).padStart(4);
  const schema = record.schemaVersion === 1 ? '' : ` (schema ${record.schemaVersion})`;
  const recorded = record.recordedAt === record.occurredAt ? '' : `  recorded ${record.recordedAt}`;
  const what = `${nameText(record.type)}${schema}`;
  return `${version}  ${record.occurredAt}  ${what}  ${jsonText(record.data)}${recorded}`;
}
