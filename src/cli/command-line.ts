import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { CommandLineError, EXIT } from './command-line-error.ts';
import { loadConfig } from './config-file.ts';
import { migrate } from './migrate.ts';
import { acceptance, recover } from './recover.ts';
import { parkedList } from './parked-list.ts';
import { messageText } from '../telemetry/safe-text.ts';
import { simulateCommand } from './simulate.ts';
import { stream } from './stream.ts';
import { trace } from './trace.ts';

/** Where the command line runs, and where it writes to. */
export interface Surroundings {
  readonly cwd: string;
  /** Results, and nothing else. */
  readonly out: (text: string) => void;
  /** Errors and advice. */
  readonly err: (text: string) => void;
  /** The width of the terminal; none when the output goes elsewhere, where nothing is cut. */
  readonly width: number | undefined;
}

/**
 * `thereupon`: looks into the logs of an application, beside it while it runs or without it. It
 * opens them to read only, and never changes anything; but `migrate` and `log recover` do, when they
 * are asked to. `simulate` runs contexts in memory. Resolves with the exit code.
 */
export async function commandLine(
  words: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  const help = 'thereupon --help';
  return runCommand((onEnd) => program(surroundings, onEnd), words, { ...surroundings, help });
}

/** Runs one of our commands as a program. `help` is the command that says what there is. */
export async function runCommand(
  make: (onEnd: (exitCode: number) => void) => Command,
  words: readonly string[],
  { err, help }: Pick<Surroundings, 'err'> & { readonly help: string },
): Promise<number> {
  let exitCode: number = EXIT.done;
  try {
    await make((code) => (exitCode = code)).parseAsync([...words], { from: 'user' });
    return exitCode;
  } catch (error) {
    return exitCodeOf(error, { err, help });
  }
}

/** It throws instead of ending the process, and writes where it is told. */
export function asProgram(command: Command, { out, err }: Pick<Surroundings, 'out' | 'err'>) {
  return command
    .exitOverride()
    .configureOutput({ writeOut: out, writeErr: err, outputError: () => undefined });
}

const EXAMPLES = `
Examples:
  $ thereupon trace 01985f3e-4d5c-7a11-9c2e-5b6f0a7d8e9f
  $ thereupon parked list --json
  $ thereupon stream order/536365 --context ordering
  $ thereupon migrate --dry-run
  $ thereupon log recover ordering
  $ thereupon simulate simulation.ts --minutes 5

Exit codes:
  0  done
  1  failed, such as a log that cannot be read, or a simulation in which something broke
  2  asked wrongly: unknown options, no configuration, an ID that can mean two things
  3  nothing of that ID is there, or no log at all
`;

function program(surroundings: Surroundings, onEnd: (exitCode: number) => void): Command {
  const { cwd, out } = surroundings;
  const width = surroundings.width ?? Number.POSITIVE_INFINITY;
  const thereupon = asProgram(new Command('thereupon'), surroundings)
    .description(
      'Looks into the logs of a Thereupon application, beside it while it runs; simulates one.',
    )
    .option('--config <file>', 'the configuration (default: thereupon.config.ts, here or above)')
    .addHelpText('after', EXAMPLES);
  const config = () => loadConfig(thereupon.opts<{ config?: string }>().config, cwd);
  const print = (text: string): void => out(`${text}\n`);

  const traceCommand = thereupon
    .command('trace')
    .description('Shows what one action caused, as a tree, over all contexts.')
    .argument('<id>', 'a record id, a correlation id, a commandId, or an aggregate (order/536365)')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ thereupon trace order/536365\n')
    .action(async (id: string, { json }: { json?: true }) =>
      print(await trace(await config(), id, { asJson: json === true, width })),
    );

  const listCommand = new Command('list')
    .description('Lists what is parked, grouped by error, with what is held behind it.')
    .option('--context <name>', 'only this context')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ thereupon parked list --context billing\n')
    .action(async ({ context, json }: { context?: string; json?: true }) =>
      print(await parkedList(await config(), { context, asJson: json === true, width })),
    );
  const parkedCommand = thereupon
    .command('parked')
    .description('What used up its retries and waits for a person.')
    .addCommand(listCommand);

  const streamCommand = thereupon
    .command('stream')
    .description('Shows the events of one aggregate instance.')
    .argument('<id>', 'the stream, AGGREGATE/ID')
    .option('--context <name>', 'only this context')
    .option('--after <version>', 'events after this version', wholeNumber, 0)
    .option('--limit <count>', 'at most so many events', wholeNumber, 1_000)
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ thereupon stream order/536365 --after 10\n')
    .action(async (id: string, options: StreamOptions) => {
      const { context, after, limit, json } = options;
      print(
        await stream(await config(), id, { context, after, limit, asJson: json === true, width }),
      );
    });

  const migrateCommand = thereupon
    .command('migrate')
    .description('Brings the logs of all contexts to the newest format.')
    .option('--context <name>', 'only this context')
    .option('--dry-run', 'print the SQL that would be run, and run nothing')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ thereupon migrate --dry-run > migrate.sql\n')
    .action(async (options: { context?: string; dryRun?: true; json?: true }) => {
      const { context, dryRun, json } = options;
      const form = { context, isDryRun: dryRun === true, asJson: json === true };
      print(await migrate(await config(), form));
    });

  const recoverCommand = new Command('recover')
    .description(
      'Begins a new epoch of a log that was restored from a backup. Stop everything first.',
    )
    .argument('<context>', 'whose log it is')
    .option('--beyond <position>', 'a position that somebody elsewhere has seen of it', wholeNumber)
    .option('--accept-loss <why>', 'the log is lost, there is no backup of it, and this is why')
    .option('--who <name>', 'who accepts that')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ thereupon log recover ordering\n')
    .action(async (context: string, options: RecoverCommandOptions) => {
      const { beyond, acceptLoss, who, json } = options;
      const recovery = {
        ...(beyond === undefined ? {} : { beyond }),
        ...acceptance(who, acceptLoss),
      };
      print(await recover(await config(), { context, asJson: json === true, ...recovery }));
    });
  const logCommand = thereupon
    .command('log')
    .description('What is done to a log itself.')
    .addCommand(recoverCommand);

  const simulate = simulateCommand({
    ...surroundings,
    command: 'npx thereupon simulate',
    onEnd,
  });
  thereupon.addCommand(simulate);

  const logs = [streamCommand, migrateCommand, logCommand, recoverCommand];
  const all = [traceCommand, parkedCommand, listCommand, ...logs, simulate];
  for (const command of all) command.copyInheritedSettings(thereupon);
  return thereupon;
}

interface RecoverCommandOptions {
  readonly beyond?: number;
  readonly acceptLoss?: string;
  readonly who?: string;
  readonly json?: true;
}

interface StreamOptions {
  readonly context?: string;
  readonly after: number;
  readonly limit: number;
  readonly json?: true;
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number)) return number;
  throw new InvalidArgumentError('It is a whole number, such as 10.');
}

function exitCodeOf(
  error: unknown,
  { err, help }: Pick<Surroundings, 'err'> & { readonly help: string },
): number {
  // Commander throws for --help, too; then it has said everything.
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.done;
    if (error.code !== 'commander.help') err(`${error.message}\nSee what there is with: ${help}\n`);
    return EXIT.asked;
  }
  if (error instanceof CommandLineError) {
    err(`${messageText(error.message)}\n`);
    return error.exitCode;
  }
  err(`${messageText(failureText(error))}\n`);
  return EXIT.failed;
}

/** Ours say what to do next; of anything else whatever is known is worth showing. */
function failureText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && 'retryable' in error
    ? `${error.name}: ${error.message}`
    : (error.stack ?? error.message);
}
