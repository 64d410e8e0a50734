/**
 * `npm run simulate`: what `npx thereupon simulate` does, for the simulations of this project by
 * name; and canaries: what is broken on purpose must be found.
 *
 *     npm run simulate                             the shop, seeds 1..1000
 *     npm run simulate -- shop --minutes 5         as many seeds as go into five minutes
 *     npm run simulate -- charging --sweep         fails each call of a run in turn
 *     npm run simulate -- --canaries               breaks what is simulated, and sees that it is found
 *     npm run simulate -- ./my-simulation.ts       a module that exports `simulation`
 *     npm run simulate -- --help                   all of it
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { asProgram, runCommand } from '../src/cli/command-line.ts';
import { terminalOf } from '../src/cli/progress-bar.ts';
import { simulateCommand } from '../src/cli/simulate.ts';
import { runCanaries } from './simulation/run-canaries.ts';
import { simulations } from './simulation/named-simulations.ts';

const given = process.argv.slice(2);
const surroundings = {
  cwd: process.cwd(),
  out: (text: string) => void process.stdout.write(text),
  err: (text: string) => void process.stderr.write(text),
  terminal: terminalOf(process.stderr),
};

if (given.includes('--canaries')) {
  const { values } = parseArgs({
    args: given,
    options: {
      canaries: { type: 'boolean' },
      workers: { type: 'string', default: String(availableParallelism()) },
      trials: { type: 'string', default: '20' },
    },
  });
  const isFound = await runCanaries({
    workers: Number(values.workers),
    trials: Number(values.trials),
  });
  process.exitCode = isFound ? 0 : 1;
} else {
  const command = 'npm run simulate --';
  process.exitCode = await runCommand(
    (onEnd) => {
      const asked = { ...surroundings, command, named: simulations, onEnd };
      return asProgram(simulateCommand(asked).name(command), surroundings);
    },
    given,
    { ...surroundings, help: `${command} --help` },
  );
}
