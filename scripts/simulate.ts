/**
 * `npm run simulate`: runs contexts again and again in virtual time while everything goes wrong, on
 * all cores.
 *
 *     npm run simulate                             the shop, seeds 1..1000
 *     npm run simulate -- shop --seeds 1..10000    those seeds
 *     npm run simulate -- shop --minutes 5         as many as go into five minutes
 *     npm run simulate -- shop --until-failure     until one fails
 *     npm run simulate -- shop --seed 17           one, with all that happened in it
 *     npm run simulate -- shop --plan '{…}'        a run as a failure names it
 *     npm run simulate -- charging --sweep         fails each call of a run in turn
 *     npm run simulate -- --canaries               breaks what is simulated, and sees that it is found
 *     npm run simulate -- ./my-simulation.ts       a module that exports `simulation`
 *
 * Ends with 0 when nothing failed, with 1 when something did, with 2 when it was asked wrongly.
 */
import { SimulateUsageError, readSimulateOptions } from './simulation/command-line.ts';
import { runCanaries } from './simulation/run-canaries.ts';
import { runSeeds } from './simulation/run-seeds.ts';
import { showOne } from './simulation/show-one.ts';

try {
  const options = readSimulateOptions(process.argv.slice(2));
  const isFine =
    options.what === 'canaries'
      ? await runCanaries(options)
      : options.what === 'one'
        ? await showOne(options)
        : await runSeeds(options);
  process.exitCode = isFine ? 0 : 1;
} catch (error) {
  if (!(error instanceof SimulateUsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
