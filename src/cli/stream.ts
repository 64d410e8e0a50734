import { aggregateOfStream } from '../aggregate/aggregate.ts';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { CommandLineError } from './command-line-error.ts';
import { type OpenLog, emptyHint, withLogs } from './open-logs.ts';
import { cutText, jsonDocument, jsonText, nameText } from '../telemetry/safe-text.ts';
import { type ShownRecord, shownRecord } from './shown-record.ts';

/** Which part of a stream is shown, and how. */
export interface StreamForm {
  readonly context: string | undefined;
  readonly after: number;
  readonly limit: number;
  readonly asJson: boolean;
  readonly width: number;
}

/** `thereupon stream ID`: the events of one aggregate instance. */
export async function stream(
  config: ThereuponConfig,
  id: string,
  form: StreamForm,
): Promise<string> {
  return withLogs(config, form.context, async (logs) => {
    const { context, version, log, vocabulary } = await findStream(config, logs, id);
    const stored = await log.readStream(id, { afterVersion: form.after, limit: form.limit });
    const records = stored.map((record) => shownRecord(vocabulary, record));
    if (form.asJson) return jsonDocument({ context: context.name, stream: id, version, records });
    return asText({ ...form, context: context.name, stream: id, version, records });
  });
}

async function findStream(
  { store }: ThereuponConfig,
  logs: readonly OpenLog[],
  id: string,
): Promise<OpenLog & { readonly version: number }> {
  const found: (OpenLog & { readonly version: number })[] = [];
  for (const open of logs) {
    const version = await open.log.streamVersion(id);
    if (version > 0) found.push({ ...open, version });
  }
  const [only, another] = found;
  if (only === undefined)
    throw new CommandLineError(
      'nothing-found',
      `There is no stream ${JSON.stringify(id)} in ${store.name}. ` +
        `${adviceOn(id, logs)}${await emptyHint(logs, store.name)}`,
    );
  if (another === undefined) return only;
  const names = found.map(({ name }) => nameText(name)).join(', ');
  throw new CommandLineError(
    'asked-wrongly',
    `There is a stream ${JSON.stringify(id)} in ${names}. Say which one with --context.`,
  );
}

function adviceOn(id: string, logs: readonly OpenLog[]): string {
  const aggregates = logs.flatMap(({ context }) => context.aggregates.map(({ name }) => name));
  const known = aggregates.map(nameText).join(', ') || 'none';
  if (id.includes('/') && aggregates.includes(aggregateOfStream(id)))
    return `Look whether the id after "/" is right.`;
  return `A stream is written AGGREGATE/ID, such as order/536365; the aggregates are: ${known}.`;
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
