/** The program `thereupon`: the command line, given this process's words, streams and directory. */
import { coloursOf } from './colours.ts';
import { commandLine } from './command-line.ts';
import { untilInterrupted } from './until-interrupted.ts';
import { pourInto } from './pour.ts';
import { terminalOf } from './progress-bar.ts';
import { untilInterrupted } from './interruption.ts';
import { outputTo } from './output.ts';

const output = outputTo(process.stdout);

process.exitCode = await commandLine(process.argv.slice(2), {
  cwd: process.cwd(),
  out: (text) => process.stdout.write(text),
  pour: pourInto(process.stdout),
  err: (text) => process.stderr.write(text),
  width: process.stdout.isTTY ? process.stdout.columns : undefined,
  paint: coloursOf(process.stdout),
  untilInterrupted,
  terminal: terminalOf(process.stderr),
  out: output.write,
  err: (text) => process.stderr.write(text),
  width: process.stdout.isTTY ? process.stdout.columns : undefined,
  paint: coloursOf(process.stdout),
  drained: output.drained,
  untilInterrupted: untilInterrupted(output.closed),
});
