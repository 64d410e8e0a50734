import type { Command } from 'commander';
import { type CommandMeans, commandOf } from './command.ts';
import { withLogs } from '../inspection/open-logs.ts';
import { type Parked, type ParkedGroup, parkedIn } from '../inspection/parked-groups.ts';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { cutText, jsonDocument, jsonText, messageText, nameText } from '../telemetry/safe-text.ts';

/** So many keys are named in text; all of them with `--json`. */
const KEYS_NAMED = 5;

export function parkedListCommand({ config, print, lineWidth }: CommandMeans): Command {
  return commandOf('list', {
    description: 'Lists what is parked, grouped by error, with what is held behind it.',
    example: 'thereupon parked list --context billing',
  })
    .option('--context <name>', 'only this context')
    .action(async ({ context, json }: { context?: string; json?: true }) => {
      const form = { context, asJson: json === true, width: lineWidth };
      print(await parkedList(await config(), form));
    });
}

/** `thereupon parked list`: what waits for a person, by context, subscription and error. */
export async function parkedList(
  config: ThereuponConfig,
  form: {
    readonly context: string | undefined;
    readonly asJson: boolean;
    readonly width: number;
  },
): Promise<string> {
  return withLogs(config, form.context, async (logs) => {
    const parked = await parkedIn(logs, config.store.name);
    return form.asJson ? jsonDocument(parked) : asText(parked, form.width);
  });
}

function asText({ groups, isCut }: Parked, width: number): string {
  if (groups.length === 0) return 'Nothing is parked.';
  const count = groups.reduce((sum, { parked }) => sum + parked.length, 0);
  const held = groups.reduce((sum, { heldBehind }) => sum + heldBehind, 0);
  const sections = groups.map((group) =>
    linesOf(group)
      .map((line) => cutText(line, width))
      .join('\n'),
  );
  return [
    `${count} parked, ${held} held behind them${isCut ? ' (there are more)' : ''}`,
    ...sections,
    'Look at one with: thereupon trace RECORD_ID. When the cause is mended:\n' +
      '  thereupon parked redrive --error-code CODE --why "mended" --trial',
  ].join('\n\n');
}

function linesOf(group: ParkedGroup): string[] {
  const { parked, errorCode, message } = group;
  const code = errorCode === null ? '' : ` (${nameText(errorCode)})`;
  const since = parked.map((record) => record.since).toSorted()[0] ?? '';
  const more = parked.length - KEYS_NAMED;
  return [
    `${nameText(group.context)} · ${jsonText(group.subscription)} · ${nameText(group.error)}${code}` +
      ` · ${parked.length} parked, ${group.heldBehind} held behind · since ${since}`,
    ...messageText(message)
      .split('\n')
      .map((line) => `  ${line}`),
    ...parked
      .slice(0, KEYS_NAMED)
      .map((record) => `  key ${jsonText(record.key)}  record ${nameText(record.recordId)}`),
    ...(more > 0 ? [`  and ${more} more: see them all with --json`] : []),
  ];
}
