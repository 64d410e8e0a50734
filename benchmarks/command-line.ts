import { parseArgs } from 'node:util';
import type { Benchmark } from './benchmark.ts';

export interface CommandLine {
  readonly chosen: readonly Benchmark[];
  readonly json: boolean;
  readonly help: boolean;
  readonly runs: number;
  readonly scale: number;
  readonly records: number;
  readonly data: string | undefined;
}

/** @throws {CommandLineError} for a name or an option that there is not. */
export function readCommandLine(
  given: readonly string[],
  benchmarks: readonly Benchmark[],
): CommandLine {
  const { values, positionals } = parse(given);
  return {
    chosen: choose(positionals, benchmarks),
    json: values.json,
    help: values.help,
    runs: wholeNumber('--runs', values.runs),
    scale: fraction(values.scale),
    records: wholeNumber('--records', values.records),
    data: values.data,
  };
}

export function helpText(benchmarks: readonly Benchmark[]): string {
  const width = Math.max(...benchmarks.map(({ name }) => name.length));
  const list = benchmarks.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`);
  return `npm run bench [-- NAME … --option …]

Measures what an application is made of, beside bare node:sqlite where it does the same work.

${list.join('\n')}

  --json         one line of JSON a figure: { name, metric, value, unit, raw, ratio }
  --runs N       takes each figure N times and shows the median (default 5)
  --records N    how many records "memory" reads (default 1000000; the stated figure: 10000000)
  --data DIR     "rebuild" uses the Ordering log of this replayed shop (it is copied)
  --scale F      does less of everything, from above 0 to 1: for a quick look
  --help

Files are kept in .cache/benchmarks of the working directory.
`;
}

/** A command line that cannot be followed. */
export class CommandLineError extends Error {
  override readonly name = 'CommandLineError';
  readonly code = 'command-line';
  readonly retryable = false;
}

function parse(given: readonly string[]) {
  try {
    return parseArgs({
      args: [...given],
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        runs: { type: 'string', default: '5' },
        records: { type: 'string', default: '1000000' },
        scale: { type: 'string', default: '1' },
        data: { type: 'string' },
      },
    });
  } catch (error) {
    throw new CommandLineError(`${(error as Error).message} Try --help.`, { cause: error });
  }
}

function choose(names: readonly string[], benchmarks: readonly Benchmark[]): readonly Benchmark[] {
  if (names.length === 0) return benchmarks;
  return names.map((wanted) => {
    const found = benchmarks.find(({ name }) => name === wanted);
    if (found !== undefined) return found;
    const known = benchmarks.map(({ name }) => name).join(', ');
    throw new CommandLineError(
      `There is no benchmark ${JSON.stringify(wanted)}. There are: ${known}.`,
    );
  });
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new CommandLineError(
    `${option} takes a whole number above 0, such as 3, not ${JSON.stringify(text)}.`,
  );
}

function fraction(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 1) return value;
  throw new CommandLineError(
    `--scale takes a number above 0 and at most 1, such as 0.1, not ${JSON.stringify(text)}.`,
  );
}
