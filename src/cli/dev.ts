import { existsSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { systemClock } from '../host/clock.ts';
import type { RunningHere } from '../telemetry/application-channel.ts';
import { QuestionError } from '../inspection/question-error.ts';
import { messageText, nameText } from '../telemetry/safe-text.ts';
import { type CommandMeans, wholeNumber } from './command.ts';
import { configFile } from './config-file.ts';
import { type Keeping, keepRunning } from './dev/keep-running.ts';
import type { Program } from './dev/running-program.ts';
import { EXIT } from './exit-code.ts';

const EXAMPLES = `
Examples:
  $ thereupon dev main.ts                   a program of yours that calls \`run\`
  $ thereupon dev main.ts -- --port 4000    with words of its own
  $ thereupon dev                           the contexts of thereupon.config.ts
  $ thereupon dev --only billing            one of them
  $ thereupon dev --no-console              without the console

Exit codes:
  0    stopped in order, by Ctrl-C or SIGTERM
  1    it did not stop in time, and was killed
  2    asked wrongly: there is no such program, or no configuration
  130  a second Ctrl-C ended it at once
`;

/** `thereupon dev`: runs an application while somebody works at it. */
export function devCommand(means: CommandMeans): Command {
  return new Command('dev')
    .description('Runs an application, and runs it anew whenever one of its files changes.')
    .argument('[program]', 'a file that Node can run (default: the contexts of the configuration)')
    .argument('[words...]', 'what the program is given, after --')
    .addOption(new Option('--only <contexts...>', 'only these contexts of the configuration'))
    .addOption(
      new Option('--console-port <number>', 'where the console is served').argParser(wholeNumber),
    )
    .option('--no-console', 'without a console')
    .addHelpText('after', EXAMPLES)
    .action((file: string | undefined, words: string[], _: Asked, command: Command) => {
      const asked = command.optsWithGlobals<Asked>();
      const { config, only } = asked;
      const { cwd } = means;
      if (file === undefined) {
        const found = configFile(config, cwd);
        return dev(contextsOf(found, only ?? [], cwd), consoleOf(found, asked, cwd), means);
      }
      assertProgram(resolve(cwd, file), only);
      const program = { source: resolve(cwd, file), file: resolve(cwd, file), words, cwd };
      return dev(program, consoleOf(configThere(config, cwd), asked, cwd), means);
    });
}

interface Asked {
  readonly config?: string;
  readonly only?: readonly string[];
  readonly console: boolean;
  readonly consolePort?: number;
}

/** A program may do without a configuration; then there is no console. */
function configThere(named: string | undefined, cwd: string): string | undefined {
  try {
    return configFile(named, cwd);
  } catch (error) {
    if (named === undefined && error instanceof QuestionError) return undefined;
    throw error;
  }
}

/** The console of a configuration, served by a program of ours beside the application. */
function consoleOf(
  config: string | undefined,
  asked: Pick<Asked, 'console' | 'consolePort'>,
  cwd: string,
): Program | undefined {
  if (config === undefined || !asked.console) return undefined;
  const { consolePort } = asked;
  const port = consolePort === undefined ? [] : [String(consolePort)];
  return { source: config, file: ownProgram('run-console'), words: [config, ...port], cwd };
}

/** A file of ours that Node runs, whether it is built or not. */
function ownProgram(name: string): string {
  return join(import.meta.dirname, 'dev', `${name}${extname(import.meta.filename)}`);
}

function assertProgram(file: string, only: readonly string[] | undefined): void {
  if (!existsSync(file))
    throw new QuestionError('asked-wrongly', `There is no ${file}. Name a program of yours.`);
  if (only !== undefined)
    throw new QuestionError(
      'asked-wrongly',
      'A program says by itself which contexts it runs, by "only" of run. Leave out --only.',
    );
}

/** The contexts of a configuration, run by a program of ours. */
function contextsOf(config: string, only: readonly string[], cwd: string): Program {
  const file = ownProgram('run-configuration');
  return { source: config, file, words: [config, ...only], cwd };
}

async function dev(
  program: Program,
  console: Program | undefined,
  { print, paint, onEnd }: CommandMeans,
): Promise<void> {
  const stop = new AbortController();
  const atOnce = new AbortController();
  const interrupted = (): void => {
    if (!stop.signal.aborted) print('Stopping in order; a second Ctrl-C ends it at once.');
    (stop.signal.aborted ? atOnce : stop).abort();
  };
  for (const signal of SIGNALS) process.on(signal, interrupted);
  let count = 0;
  const keeping: Keeping = {
    clock: systemClock(),
    stop: stop.signal,
    atOnce: atOnce.signal,
    tell: (text, style) => print(paint(style, messageText(text))),
    runs: (running) => print(paint('good', runningText(running, (count += 1)))),
  };
  try {
    // It goes on while the application is broken; what is wrong with their files the application tells.
    const beside = { ...keeping, tell: () => undefined };
    const [isInOrder] = await Promise.all([
      keepRunning(program, keeping),
      console === undefined ? undefined : keepRunning(console, beside),
    ]);
    if (atOnce.signal.aborted) onEnd(INTERRUPTED);
    else if (!isInOrder) onEnd(EXIT.failed);
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupted);
  }
}

/** SIGHUP: the terminal was closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** What a shell says of a program that Ctrl-C has ended. */
const INTERRUPTED = 130;

/** What to do next is said once: afterwards it is known. */
function runningText({ contexts, store }: RunningHere, count: number): string {
  const what = `${contexts.map(nameText).join(', ')} on ${messageText(store)}`;
  if (count > 1) return `Running again: ${what}`;
  return `Running: ${what}${HINTS}`;
}

const HINTS = `
Change a file, and it runs anew. Ctrl-C stops it. From another terminal:
  npx thereupon doctor                 whether all is well, and what to do
  npx thereupon trace ID               what one action caused
  npx thereupon stream AGGREGATE/ID    the events of one aggregate
  npx thereupon parked list            what waits for a person`;
