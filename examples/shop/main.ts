/** `npm start`: the whole shop in one process, and its gateway in another one. */
import { help, readCommandLine } from './command-line.ts';
import { openShop } from './open-shop.ts';
import { runProgram } from './run-program.ts';

await runProgram(process.argv.slice(2), { help, readCommandLine, openShop });
