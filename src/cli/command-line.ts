import { Command, CommanderError } from 'commander';
import { QuestionError } from '../inspection/question-error.ts';
import { messageText } from '../telemetry/safe-text.ts';
import { type CommandMeans, type Surroundings } from './command.ts';
import { loadConfig } from './config-file.ts';
import { auditCommand } from './audit.ts';
import { consoleCommand } from './console.ts';
import { devCommand } from './dev.ts';
import { doctorCommand } from './doctor.ts';
import { EXIT } from './exit-code.ts';
import { exportCommand } from './export.ts';
import { failureText } from './failure-text.ts';
import { flowsCommand } from './flows.ts';
import { importCommand } from './import.ts';
import { lagCommand } from './lag.ts';
import { mcpCommand } from './mcp.ts';
import { migrateCommand } from './migrate.ts';
import { newCommand } from './new.ts';
import { discardCommand, redriveCommand } from './parked-decision.ts';
import { parkedListCommand } from './parked-list.ts';
import { parkedShowCommand } from './parked-show.ts';
import { pauseCommand, resumeCommand } from './pause.ts';
import { rebuildCommand } from './rebuild.ts';
import { recoverCommand } from './recover.ts';
import { simulateCommand } from './simulate.ts';
import { streamCommand } from './stream.ts';
import { streamsCommand } from './streams.ts';
import { tailCommand } from './tail.ts';
import { timersCommand } from './timers.ts';
import { traceCommand } from './trace.ts';
import { whyCommand } from './why.ts';

/**
 * `thereupon`: makes an application, runs and simulates it, and looks into its logs, beside it while it
 * runs or without it. It opens them to read only. What is to be put right it asks of those who run the
 * contexts, by requests; `migrate` and `log recover` change logs themselves. Resolves with the exit code.
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
  $ thereupon new cinema
  $ thereupon dev main.ts
  $ thereupon console
  $ thereupon flows --context ordering
  $ thereupon trace order/536365
  $ thereupon doctor
  $ thereupon why 01985f3e-4d5c-7a11-9c2e-5b6f0a7d8e9f
  $ thereupon parked redrive --error-code card-declined --trial --why "new card"
  $ thereupon stream order/536365 --at 3

Exit codes:
  0  done
  1  failed, such as a log that cannot be read, a simulation in which something broke, or what
     doctor has found bad
  2  asked wrongly: unknown options, no configuration, an ID that can mean two things
  3  nothing of that ID is there, or no log at all
  4  asked for, and not done yet: nobody who runs the context has done it so far
  130  Ctrl-C ended it before it was done
`;

/** All commands. */
export function program(surroundings: Surroundings, onEnd: (exitCode: number) => void): Command {
  const { cwd, out } = surroundings;
  const thereupon = asProgram(new Command('thereupon'), surroundings)
    .description(
      'Makes a Thereupon application, runs and simulates it, and looks into its logs, also while it runs.',
    )
    .option('--config <file>', 'the configuration (default: thereupon.config.ts, here or above)')
    .addHelpText('after', EXAMPLES);
  const means: CommandMeans = {
    ...surroundings,
    config: () => loadConfig(thereupon.opts<{ config?: string }>().config, cwd),
    print: (text) => out(`${text}\n`),
    lineWidth: surroundings.width ?? Number.POSITIVE_INFINITY,
    paint: surroundings.paint ?? ((_style, text) => text),
    untilInterrupted:
      surroundings.untilInterrupted ?? ((work) => work(new AbortController().signal)),
    pour: surroundings.pour ?? (async (text) => (out(text), true)),
    onEnd,
  };
  const parked = new Command('parked')
    .description('What used up its retries and waits for a person.')
    .addCommand(parkedListCommand(means))
    .addCommand(parkedShowCommand(means))
    .addCommand(redriveCommand(means))
    .addCommand(discardCommand(means));
  const log = new Command('log')
    .description('What is done to a log itself.')
    .addCommand(recoverCommand(means));
  const commands = [
    newCommand(means),
    devCommand(means),
    consoleCommand(means),
    flowsCommand(means),
    traceCommand(means),
    tailCommand(means),
    lagCommand(means),
    whyCommand(means),
    doctorCommand(means),
    parked,
    timersCommand(means),
    auditCommand(means),
    streamsCommand(means),
    streamCommand(means),
    pauseCommand(means),
    resumeCommand(means),
    rebuildCommand(means),
    exportCommand(means),
    importCommand(means),
    migrateCommand(means),
    mcpCommand(means),
    log,
    simulateCommand({ ...surroundings, command: 'npx thereupon simulate', onEnd }),
  ];
  for (const command of commands) inherit(thereupon.addCommand(command), command);
  return thereupon;
}

/** How errors and help are told holds for the commands of a command, too. */
function inherit(from: Command, to: Command): void {
  to.copyInheritedSettings(from);
  for (const command of to.commands) inherit(to, command);
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
  err(`${messageText(failureText(error))}\n`);
  if (!(error instanceof QuestionError)) return EXIT.failed;
  return error.code === 'nothing-found' ? EXIT.nothing : EXIT.asked;
}
