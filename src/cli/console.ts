import { Command, Option } from 'commander';
import { CONSOLE_PORT, serveConsole } from '../console/serve-console.ts';
import { ConsoleOptionError } from '../console/console-options.ts';
import { QuestionError } from '../inspection/question-error.ts';
import { messageText } from '../telemetry/safe-text.ts';
import { type CommandMeans, wholeNumber } from './command.ts';

const EXAMPLES = `
Examples:
  $ thereupon console                                   http://localhost:${CONSOLE_PORT}/console
  $ thereupon console --port 8080
  $ CONSOLE_TOKEN=$(openssl rand -hex 32) thereupon console --hostname 0.0.0.0

Beside a running application, or for its store alone. On this machine whoever asks is an operator, under
your name. Beyond it CONSOLE_TOKEN (an operator's) or CONSOLE_VIEWER_TOKEN must be set.

Exit codes:
  0  ended, by Ctrl-C or SIGTERM
  1  it cannot listen there
  2  asked wrongly: no configuration, or open to others without a token
`;

/** `thereupon console`: serves the console of an application by itself. */
export function consoleCommand(means: CommandMeans): Command {
  const { config, print, untilInterrupted } = means;
  return new Command('console')
    .description('Serves the console: the map, traces, logs, what is behind and what is parked.')
    .addOption(
      new Option('--port <number>', 'where it listens; 0 for any that is free')
        .argParser(wholeNumber)
        .default(CONSOLE_PORT),
    )
    .option('--hostname <name>', 'of which address of this machine', '127.0.0.1')
    .addHelpText('after', EXAMPLES)
    .action(async ({ port, hostname }: { readonly port: number; readonly hostname: string }) => {
      const served = await serve(await config(), { port, hostname });
      print(`The console: ${messageText(served.url)}\nCtrl-C ends it.`);
      await untilInterrupted(
        (signal) =>
          new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve())),
        ['SIGINT', 'SIGTERM'],
      );
      await served.close();
    });
}

/** @throws {QuestionError} when it would be open to others. */
async function serve(
  config: Awaited<ReturnType<CommandMeans['config']>>,
  where: { readonly port: number; readonly hostname: string },
): Promise<Awaited<ReturnType<typeof serveConsole>>> {
  const { CONSOLE_TOKEN: operator, CONSOLE_VIEWER_TOKEN: viewer } = process.env;
  const isGiven = operator !== undefined || viewer !== undefined;
  try {
    return await serveConsole(config, {
      ...where,
      ...(isGiven ? { tokens: { operator, viewer } } : {}),
    });
  } catch (error) {
    if (!(error instanceof ConsoleOptionError)) throw error;
    const hint = error.option === 'hostname' ? ' Here: set CONSOLE_TOKEN.' : '';
    throw new QuestionError('asked-wrongly', error.message + hint, { cause: error });
  }
}
