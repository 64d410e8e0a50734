/**
 * `npm run bench`: takes the figures of `benchmarks/README.md`.
 *
 *     npm run bench                          all of them, as tables
 *     npm run bench -- append --runs 9       one, with more runs
 *     npm run bench -- --json                one line of JSON a figure
 *
 * What is being done goes to standard error, figures to standard output.
 */
import { benchmarks } from './benchmarks.ts';
import { CommandLineError, helpText, readCommandLine } from './command-line.ts';
import { figureOf } from './figure.ts';
import { runBenchmark } from './run-benchmark.ts';
import { describeMachine, tableOf } from './table.ts';

try {
  const wanted = readCommandLine(process.argv.slice(2), benchmarks);
  if (wanted.help) process.stdout.write(helpText(benchmarks));
  else await runAll(wanted);
} catch (error) {
  if (!(error instanceof CommandLineError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}

async function runAll(wanted: ReturnType<typeof readCommandLine>): Promise<void> {
  const { json, chosen } = wanted;
  if (!json) process.stdout.write(`${describeMachine()}; ${wanted.runs} runs\n\n`);
  for (const benchmark of chosen) {
    const progress = (text: string): void => {
      process.stderr.write(`${benchmark.name}: ${text}\n`);
    };
    const measurements = await runBenchmark(benchmark, { ...wanted, progress });
    if (!json) process.stdout.write(`${tableOf(benchmark.name, measurements)}\n`);
    else
      for (const measurement of measurements)
        process.stdout.write(`${JSON.stringify(figureOf(benchmark.name, measurement))}\n`);
  }
}
