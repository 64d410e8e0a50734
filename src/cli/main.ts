/** The program `thereupon`: the command line, given this process's words, streams and directory. */
import { askOnTerminal } from './ask.ts';
import { coloursOf } from './colours.ts';
import { commandLine } from './command-line.ts';
import { EXIT } from './exit-code.ts';
import { protocolOutput } from './mcp/protocol-output.ts';
import { pourInto } from './pour.ts';
import { terminalOf } from './progress-bar.ts';
import { untilInterrupted } from './until-interrupted.ts';

// A reader that has seen enough (`thereupon trace … | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return;
  process.stderr.write(
    `Standard output cannot be written to: ${error.message}. Make room there.\n`,
  );
  process.exit(EXIT.failed);
});

process.exitCode = await commandLine(process.argv.slice(2), {
  cwd: process.cwd(),
  out: (text) => process.stdout.write(text),
  input: () => process.stdin,
  pour: pourInto(process.stdout),
  err: (text) => process.stderr.write(text),
  terminal: terminalOf(process.stderr),
  width: process.stdout.isTTY ? process.stdout.columns : undefined,
  paint: coloursOf(process.stdout),
  untilInterrupted,
  ...(process.stdin.isTTY && process.stderr.isTTY ? { ask: askOnTerminal } : {}),
  conversation: () => ({ input: process.stdin, output: protocolOutput(process) }),
});
