import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { type Host, systemHost } from '../host/host.ts';
import { userName } from '../host/user-name.ts';
import { type Decided, type ParkedAsked, decideParked } from '../inspection/decide-parked.ts';
import { assertSomeLog, type OpenLog, withLogs } from '../inspection/open-logs.ts';
import { QuestionError } from '../inspection/question-error.ts';
import { type ByWhom, assertByWhom } from '../runtime/by-whom.ts';
import { type ParkedSelection, listParked } from '../runtime/parked.ts';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { jsonDocument } from '../telemetry/safe-text.ts';
import { type CommandMeans, commandOf, wholeNumber } from './command.ts';
import { EXIT } from './exit-code.ts';
import { ProgressBar } from './progress-bar.ts';
import { type Selected, previewOf, resultText } from './parked-decision-text.ts';

const WAIT_SECONDS = 10;

type Action = 'redrive' | 'discard';

interface Asked {
  readonly context?: string;
  readonly subscription?: string;
  readonly key?: string;
  readonly errorCode?: string;
  readonly all?: true;
  readonly why?: string;
  readonly who: string;
  readonly dryRun?: true;
  readonly trial?: true;
  readonly edited?: string;
  readonly original?: true;
  readonly rate?: number;
  readonly wait: number;
  readonly json?: true;
}

export function redriveCommand(means: CommandMeans): Command {
  return decisionCommand(means, 'redrive', {
    description: 'Tries parked records again, as those who run the context handle them.',
    example: 'thereupon parked redrive --error-code card-declined --trial --why "new card"',
  })
    .option('--trial', 'only the first of them')
    .option('--edited <file>', 'JSON: what one record is handled with in place of its data')
    .option('--original', 'handles one record that was edited with its own data again');
}

export function discardCommand(means: CommandMeans): Command {
  return decisionCommand(means, 'discard', {
    description: 'Gives parked records up for good; what is held behind them goes on.',
    example: 'thereupon parked discard 01985f3e-4d5c-7a11-9c2e-5b6f0a7d8e9f --why "a test order"',
  });
}

function decisionCommand(
  means: CommandMeans,
  action: Action,
  texts: { readonly description: string; readonly example: string },
): Command {
  return commandOf(action, texts)
    .argument('[record-id]', 'the record; or say which ones by the options')
    .option('--context <name>', 'only of this context')
    .option('--subscription <name>', 'only what this subscription could not handle')
    .option('--key <key>', 'only of this key')
    .option('--error-code <code>', 'only those parked with this error')
    .option('--all', 'all that is parked')
    .option('--why <text>', 'the reason, for the audit trail')
    .option('--who <name>', 'who does it', userName())
    .option('--dry-run', 'show which ones it would be, and what is held behind them')
    .option('--rate <count>', 'at most so many a second', aboveZero)
    .option('--wait <seconds>', 'so long an answer is waited for', wholeNumber, WAIT_SECONDS)
    .action(async (recordId: string | undefined, asked: Asked) => {
      const selection = selectionOf(recordId, asked);
      const config = await means.config();
      await withLogs(config, asked.context, async (logs) => {
        const selected = await select(config, logs, selection);
        if (asked.dryRun === true) return means.print(previewOf(selected, asked, means.lineWidth));
        const by = { ...byWhom(action, asked), ...editOf(asked, selected.length, means.cwd) };
        const wanted = asked.trial === true ? selected.slice(0, 1) : selected;
        const decided = await means.untilInterrupted((signal) =>
          decideAll({ config, logs, action, asked, by, means, signal }, wanted),
        );
        means.print(
          asked.json === true
            ? jsonDocument({ selected: selected.length, decided })
            : resultText(action, { selected: selected.length, decided, width: means.lineWidth }),
        );
        means.onEnd(exitCodeOf(decided));
      });
    });
}

/** Nobody should redrive all by forgetting an option. */
function selectionOf(recordId: string | undefined, asked: Asked): ParkedSelection {
  const { context, subscription, key, errorCode } = asked;
  const selection = {
    ...(recordId === undefined ? {} : { recordId }),
    ...(context === undefined ? {} : { context }),
    ...(subscription === undefined ? {} : { subscription }),
    ...(key === undefined ? {} : { key }),
    ...(errorCode === undefined ? {} : { errorCode }),
  };
  if (Object.keys(selection).length > 0 || asked.all === true) return selection;
  throw new QuestionError(
    'asked-wrongly',
    'Say which ones: a record id, --subscription, --key, --error-code or --context; or --all. ' +
      'See them with: thereupon parked list',
  );
}

async function select(
  { store }: ThereuponConfig,
  logs: readonly OpenLog[],
  selection: ParkedSelection,
): Promise<readonly Selected[]> {
  assertSomeLog(logs, store.name);
  const selected = await listParked(logs, selection);
  if (selected.length > 0) return selected;
  throw new QuestionError(
    'nothing-found',
    `Nothing that is parked is so. See what there is with: thereupon parked list`,
  );
}

function byWhom(action: Action, { who, why }: Asked): ByWhom {
  if (why === undefined)
    throw new QuestionError(
      'asked-wrongly',
      `Say why, for the audit trail: thereupon parked ${action} … --why TEXT. With --dry-run you see ` +
        'what it would be.',
    );
  const by = { who, why };
  assertByWhom(by);
  return by;
}

function editOf(
  { edited, original }: Asked,
  selected: number,
  cwd: string,
): Pick<ParkedAsked, 'edited'> {
  if (edited === undefined && original === undefined) return {};
  if (selected !== 1 || (edited !== undefined && original !== undefined))
    throw new QuestionError(
      'asked-wrongly',
      `--edited or --original is for one record, and ${selected} are meant. Say which one by its id, ` +
        'with --subscription and --key where it is parked in several.',
    );
  if (edited === undefined) return { edited: null };
  try {
    return { edited: { data: JSON.parse(readFileSync(resolve(cwd, edited), 'utf8')) as unknown } };
  } catch (error) {
    throw new QuestionError(
      'asked-wrongly',
      `${edited} can't be read as JSON: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

/** One after the other: a stop, or a pace, lies between two of them. */
async function decideAll(
  work: {
    readonly config: ThereuponConfig;
    readonly logs: readonly OpenLog[];
    readonly action: Action;
    readonly asked: Asked;
    readonly by: Omit<ParkedAsked, 'action'>;
    readonly means: CommandMeans;
    readonly signal: AbortSignal;
  },
  wanted: readonly Selected[],
): Promise<readonly Decided[]> {
  const { config, logs, action, asked, by, means, signal } = work;
  const host: Host = systemHost();
  const decided: Decided[] = [];
  const { terminal, err: write } = means;
  const { clock } = host;
  const what = action === 'redrive' ? 'redriving' : 'discarding';
  const bar = new ProgressBar({ what, total: wanted.length, terminal, write, clock });
  // Whoever gets no answer need not wait for the next one: that is left, too.
  const silent = new Set<string>();
  for (const row of wanted) {
    if (signal.aborted) break;
    const { log } = logs.find(({ name }) => name === row.context) as OpenLog;
    const waitMs = silent.has(row.context) ? 0 : asked.wait * 1_000;
    const asking = { store: config.store, context: row.context, log, host, waitMs };
    const one = await decideParked({ ...asking, signal }, row, { ...by, action });
    if (one.state === 'left') silent.add(row.context);
    decided.push(one);
    bar.update(decided.length);
    if (asked.rate !== undefined && row !== wanted.at(-1))
      await host.clock.sleep(1_000 / asked.rate, signal);
  }
  bar.end();
  return decided;
}

function exitCodeOf(decided: readonly Decided[]): number {
  const states = new Set(decided.map(({ state }) => state));
  if (states.has('parked-again') || states.has('refused')) return EXIT.failed;
  return states.has('left') || states.has('under-way') ? EXIT.left : EXIT.done;
}

function aboveZero(text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number > 0) return number;
  throw new InvalidArgumentError('It is a number above 0, such as 10 or 0.5.');
}
