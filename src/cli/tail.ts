import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  type FollowFrom,
  LAST_LOOKED_THROUGH_MAX,
  type RecordSelection,
  followPlaces,
} from '../inspection/follow-from.ts';
import { followRecords } from '../inspection/follow-records.ts';
import { assertSomeLog, withLogs } from '../inspection/open-logs.ts';
import type { ShownRecord } from '../inspection/shown-record.ts';
import type { Direction } from '../log/record.ts';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { cutText, jsonText, nameText } from '../telemetry/safe-text.ts';
import { type CommandMeans, commandOf, wholeNumber } from './command.ts';
import { whatHappened } from './what-happened.ts';

/** What is followed, and how it is shown. */
export interface TailForm extends RecordSelection {
  readonly context?: string;
  readonly from: FollowFrom;
  readonly asJson: boolean;
}

const DIRECTIONS: readonly Direction[] = ['domain', 'outgoing', 'incoming', 'timer'];

export function tailCommand(means: CommandMeans): Command {
  return commandOf('tail', {
    description: 'Shows what is recorded as it happens, one line a record, until Ctrl-C.',
    example: 'thereupon tail --last 10 --type OrderPlaced ordering.OrderPlaced',
  })
    .option('--context <name>', 'only this context')
    .option('--type <names...>', 'only records of these types')
    .addOption(
      new Option('--direction <names...>', 'only records of these directions').choices(DIRECTIONS),
    )
    .option('--key <key>', 'only records of this key')
    .option('--from <position>', 'begin with the record at a position, or at the beginning', fromOf)
    .addOption(
      new Option('--last <count>', 'begin with the last so many, up to 10,000')
        .argParser(wholeNumber)
        .conflicts('from'),
    )
    .addHelpText('after', '\nWith --json each line is a JSON document of its own.\n')
    .action(async (asked: TailOptions) => tail(await means.config(), formOf(asked), means));
}

interface TailOptions {
  readonly context?: string;
  readonly type?: readonly string[];
  readonly direction?: readonly Direction[];
  readonly key?: string;
  readonly from?: FollowFrom;
  readonly last?: number;
  readonly json?: true;
}

function formOf({ context, type, direction, key, from, last, json }: TailOptions): TailForm {
  const since = last === undefined ? (from ?? NOW) : ({ kind: 'last', count: last } as const);
  return {
    ...(context === undefined ? {} : { context }),
    ...(type === undefined ? {} : { types: type }),
    ...(direction === undefined ? {} : { directions: direction }),
    ...(key === undefined ? {} : { key }),
    from: since,
    asJson: json === true,
  };
}

const NOW: FollowFrom = { kind: 'now' };

function fromOf(text: string): FollowFrom {
  if (text === 'beginning') return { kind: 'beginning' };
  const position = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(position)) return { kind: 'position', position };
  throw new InvalidArgumentError('It is a position, such as 536365, or the word beginning.');
}

/** What following works with. */
export type TailMeans = Pick<CommandMeans, 'pour' | 'err' | 'lineWidth' | 'untilInterrupted'>;

/** `thereupon tail`: the records of all contexts as they come. Ends when it is interrupted, or nobody reads it. */
export async function tail(
  config: ThereuponConfig,
  form: TailForm,
  { pour, err, lineWidth, untilInterrupted }: TailMeans,
): Promise<void> {
  await untilInterrupted((signal) =>
    withLogs(config, form.context, async (logs) => {
      assertSomeLog(logs, config.store.name);
      const { after, endedEarly } = await followPlaces(logs, form.from, form);
      if (endedEarly.length > 0) err(endedEarlyText(endedEarly));
      for await (const record of followRecords(logs, { after, selection: form, signal })) {
        const line = form.asJson ? jsonText(record) : cutText(lineOf(record), lineWidth);
        if (!(await pour(`${line}\n`, signal))) return;
      }
    }),
  );
}

function endedEarlyText(contexts: readonly string[]): string {
  const looked = LAST_LOOKED_THROUGH_MAX.toLocaleString('en');
  const names = contexts.map(nameText).join(', ');
  return `Looked through the last ${looked} records of ${names} only: see more with --from.\n`;
}

function lineOf(record: ShownRecord): string {
  const { recordedAt, occurredAt, context, position, direction } = record;
  const key = direction === 'domain' ? '' : `  key ${jsonText(record.key)}`;
  const occurred = occurredAt === recordedAt ? '' : `  occurred ${occurredAt}`;
  return (
    `${recordedAt}  ${nameText(context)} ${position}  ${whatHappened(record)}${key}  ` +
    `${jsonText(record.data)}${occurred}`
  );
}
