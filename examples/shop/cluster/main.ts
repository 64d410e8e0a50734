/** `npm run shop:cluster`: the shop as many processes. */
import { runProgram } from '../run-program.ts';
import { help, readCommandLine } from './command-line.ts';
import { openCluster } from './open-cluster.ts';

await runProgram(process.argv.slice(2), {
  help,
  readCommandLine,
  openShop: (opening, { store, processes, backbone }) =>
    openCluster({ ...opening, store, processes, backbone }),
});
