import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { RunPlan } from '../testing/simulator/one-run.ts';
import {
  type Ended,
  NoSimulationError,
  type SimulationRequest,
  otherSeeds,
  simulationIn,
} from '../testing/simulator/runner/request.ts';
import { systemClock } from '../host/clock.ts';
import { QuestionError } from '../inspection/question-error.ts';
import { EXIT } from './exit-code.ts';
import { ProgressBar, type Terminal } from './progress-bar.ts';
import { untilInterrupted } from './until-interrupted.ts';

/** Where `thereupon simulate` runs. */
export interface SimulateSurroundings {
  readonly cwd: string;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Where it shows how far it is; absent elsewhere than on a terminal. */
  readonly terminal?: Terminal | undefined;
  /** How the command is called: a failure names it. */
  readonly command: string;
  /** Simulations that need no file, by name. */
  readonly named?: Readonly<Record<string, string>>;
  readonly onEnd: (exitCode: number) => void;
}

interface Asked {
  readonly seeds?: readonly [number, number];
  readonly seed?: number;
  readonly plan?: RunPlan;
  readonly minutes?: number;
  readonly untilFailure?: true;
  readonly sweep?: true;
  readonly everyFault?: true;
  readonly workers: number;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  $ COMMAND simulation.ts --seeds 1..10000
  $ COMMAND simulation.ts --minutes 5
  $ COMMAND simulation.ts --every-fault     a kind of fault that never happened fails as well
  $ COMMAND simulation.ts --seed 17         one run, with all that happens in it

Exit codes:
  0  nothing failed
  1  a seed fails: its shortest history is printed, and the line that runs it again; or, with
     --every-fault, nothing failed, but some kind of fault never happened
  2  asked wrongly
  130  interrupted (Ctrl-C), after a summary
`;

/** Runs contexts again and again while everything goes wrong: see docs/find-the-bug.md. */
export function simulateCommand(surroundings: SimulateSurroundings): Command {
  const names = Object.keys(surroundings.named ?? {});
  const argument = `a module that exports \`simulation\`${names.length === 0 ? '' : `, or one of ${names.join(', ')}`}`;
  return new Command('simulate')
    .description('Runs contexts again and again in virtual time, while everything goes wrong.')
    .argument(names.length === 0 ? '<file>' : '[file]', argument, names[0])
    .option('--seeds <range>', 'these: 100, 1..100, or 100.. without an end', range)
    .option('--minutes <count>', 'as many seeds as go into so many minutes', aboveZero)
    .option('--until-failure', 'until a seed fails')
    .addOption(
      new Option('--seed <number>', 'one run, with all that happens in it')
        .argParser(wholeAboveZero)
        .conflicts(['seeds', 'minutes', 'untilFailure', 'plan', 'everyFault']),
    )
    .addOption(
      new Option('--plan <json>', 'one run, as a failure names it')
        .argParser(planIn)
        .conflicts(['seeds', 'minutes', 'untilFailure', 'sweep', 'everyFault']),
    )
    .option('--sweep', 'fails the first call of a run, the second, the third … each in every way')
    .option('--every-fault', 'fails when there is a kind of fault that never happened')
    .option('--workers <count>', 'so many threads', wholeAboveZero, availableParallelism())
    .option('--json', 'as JSON')
    .addHelpText('after', EXAMPLES.replaceAll('COMMAND', surroundings.command))
    .action((name: string, asked: Asked) => simulateAsked(name, asked, surroundings));
}

async function simulateAsked(
  name: string,
  asked: Asked,
  surroundings: SimulateSurroundings,
): Promise<void> {
  const request = await requestOf(name, asked, surroundings);
  await untilInterrupted(async (signal) => {
    const progress = (total: number) => progressOf(request, total, surroundings);
    const around = { ...surroundings, signal, progress };
    const { showOne } = await import('../testing/simulator/runner/show-one.ts');
    const { runSeeds } = await import('../testing/simulator/runner/run-seeds.ts');
    const { plan } = request;
    const ended =
      plan === undefined ? await runSeeds(request, around) : await showOne(request, plan, around);
    surroundings.onEnd(EXIT_CODES[ended]);
  });
}

/** Elsewhere than on a terminal a line now and then: whoever reads the log of a long run waits, too. */
const PLAIN_EVERY_MS = 15_000;

function progressOf(
  { minutes }: SimulationRequest,
  total: number,
  { terminal, err }: SimulateSurroundings,
): ProgressBar {
  return new ProgressBar({
    what: 'simulating',
    unit: 'runs',
    total,
    ...(Number.isFinite(minutes) ? { lastsMs: minutes * 60_000 } : {}),
    terminal,
    plainEveryMs: PLAIN_EVERY_MS,
    write: err,
    clock: systemClock(),
  });
}

const EXIT_CODES: Readonly<Record<Ended, number>> = {
  fine: EXIT.done,
  failed: EXIT.failed,
  interrupted: EXIT.interrupted,
};

const SEEDS = [1, 1_000] as const;

async function requestOf(
  name: string,
  asked: Asked,
  surroundings: SimulateSurroundings,
): Promise<SimulationRequest> {
  const { seeds, seed, minutes, sweep, everyFault, workers } = asked;
  const isOpen = asked.untilFailure === true || minutes !== undefined;
  const [first, last] = seeds ?? (isOpen ? [otherSeeds(), Infinity] : SEEDS);
  const isSweep = sweep === true;
  const module = await moduleOf(name, surroundings);
  return {
    module,
    first: seed ?? first,
    last,
    minutes: minutes ?? Infinity,
    isSweep,
    everyFault: everyFault === true,
    plan: asked.plan ?? (seed === undefined || isSweep ? undefined : { seed }),
    workers,
    asJson: asked.json === true,
    command: `${surroundings.command} ${name}`,
  };
}

/** Loaded here as well, so that what is wrong with it is said once and clearly. */
async function moduleOf(name: string, { cwd, named }: SimulateSurroundings): Promise<string> {
  const file = resolve(cwd, name);
  const module = named?.[name] ?? (existsSync(file) ? pathToFileURL(file).href : undefined);
  if (module === undefined) {
    const names = named === undefined ? '' : ` (or one of ${Object.keys(named).join(', ')})`;
    throw new QuestionError('asked-wrongly', `There is no ${file}. Name a file${names}.`);
  }
  try {
    await simulationIn(module);
    return module;
  } catch (error) {
    if (error instanceof NoSimulationError)
      throw new QuestionError('asked-wrongly', error.message, { cause: error });
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new QuestionError('asked-wrongly', `${file} cannot be loaded. Mend it:\n${why}`, {
      cause: error,
    });
  }
}

/** `100`, `1..100`, or `100..` without an end. */
function range(text: string): readonly [number, number] {
  const found = /^(?:(\d+)(\.\.)?)?(\d*)$/.exec(text.trim());
  const [, one, dots, other] = found ?? [];
  const first = dots === undefined ? 1 : Number(one);
  const last = dots === undefined ? Number(one) : other === '' ? Infinity : Number(other);
  if (one !== undefined && first >= 1 && last >= first) return [first, last];
  throw new InvalidArgumentError('It is 100, 1..100 or 100.., from 1 on.');
}

function planIn(text: string): RunPlan {
  try {
    const plan = JSON.parse(text) as RunPlan | null;
    if (typeof plan?.seed === 'number') return plan;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new InvalidArgumentError('It is what a failure names, such as \'{"seed":17}\'.');
}

function aboveZero(text: string): number {
  const number = Number(text);
  if (number > 0 && Number.isFinite(number)) return number;
  throw new InvalidArgumentError('It is a number above 0.');
}

function wholeAboveZero(text: string): number {
  const number = Number(text);
  if (number > 0 && Number.isSafeInteger(number)) return number;
  throw new InvalidArgumentError('It is a whole number above 0.');
}
