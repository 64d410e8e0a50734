/**
 * `npm start`: the whole shop in one process, with its page and API, and either generated shoppers
 * or a replayed order file. Ctrl-C or SIGTERM stops in order: no more orders, no more requests, what
 * was begun is finished or handed back, the files are closed, the gateway ends. It then exits with 0,
 * or with 130 when a replay that was to report (`--exit`) is not at its end. A second one ends at
 * once, with 130; nothing is lost by that either.
 */
import { auditTable } from './audit/audit-table.ts';
import { runAudit } from './audit/audit.ts';
import { help, readCommandLine, type CommandLine } from './command-line.ts';
import { beginAnew } from './data-directory.ts';
import { logForPeople } from './log-for-people.ts';
import { openShop, type Shop } from './open-shop.ts';
import { OptionError } from './option-error.ts';
import { seededDice } from './replay/dice.ts';
import { replayFile } from './replay-file.ts';
import { replayReport } from './replay-report.ts';
import { serveHttp, type Served } from './serve-http.ts';
import { goShopping } from './shoppers.ts';

const stopping = new AbortController();
process.on('SIGINT', stop);
process.on('SIGTERM', stop);

try {
  const wanted = readCommandLine(process.argv.slice(2));
  if (wanted.help) process.stdout.write(help);
  else await runShop(wanted);
} catch (error) {
  report(error);
}

async function runShop(wanted: CommandLine): Promise<void> {
  if (wanted.fresh) await beginAnew(wanted.data);
  const logger = logForPeople((text) => process.stderr.write(text));
  const shop = await openShop({ directory: wanted.data, logger, tellOfGateway });
  let served: Served | undefined;
  try {
    if (wanted.port !== undefined) {
      served = await serveHttp(shop, wanted.port);
      process.stdout.write(`The shop is open: http://127.0.0.1:${served.port}/\n`);
    }
    await doBusiness(shop, wanted);
  } finally {
    await served?.close();
    await shop.close();
  }
  // Of the files alone, when nobody writes to them any more.
  if (wanted.exit) audit(wanted.data);
}

function audit(directory: string): void {
  if (stopping.signal.aborted) {
    process.stderr.write('Interrupted. The same command goes on where it was.\n');
    process.exitCode = 130;
    return;
  }
  const found = runAudit(directory);
  process.stdout.write(`${auditTable(found)}\n`);
  process.exitCode = found.isBalanced ? 0 : 1;
}

async function doBusiness(shop: Shop, wanted: CommandLine): Promise<void> {
  const { signal } = stopping;
  const { data: directory, orders: path } = wanted;
  if (path !== undefined) {
    const nowMs = (): number => performance.now();
    await replayFile(shop.app, { path, directory, target: process.stderr, nowMs, signal });
    process.stdout.write(`${await replayReport(shop.app)}\n`);
  } else if (wanted.rate > 0) {
    const run = Date.now().toString(36).toUpperCase();
    const now = (): string => new Date().toISOString();
    const dice = seededDice(wanted.seed);
    await goShopping(shop.app, { dice, rate: wanted.rate, run, now, signal });
  }
  if (!wanted.exit && !signal.aborted) await untilStopped();
}

/** The running shop keeps the process alive. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve());
  });
}

/** The second time nobody wants to wait any more; what was begun is then done at the next start. */
function stop(): void {
  if (stopping.signal.aborted) process.exit(130);
  process.stderr.write('Stopping in order; a second Ctrl-C ends at once.\n');
  stopping.abort();
}

function tellOfGateway(text: string): void {
  // Whoever stops all of us at once stops it, too; what was not charged is at the next start.
  if (!stopping.signal.aborted) process.stderr.write(`${text}\n`);
}

/** What a person can put right is one line; what we got wrong shows where. */
function report(error: unknown): void {
  const isExpected = error instanceof Error && 'code' in error;
  // TypeError: what node:util's parseArgs says.
  const isArgument = error instanceof TypeError || error instanceof OptionError;
  const text = isExpected || isArgument ? (error as Error).message : String((error as Error).stack);
  process.stderr.write(`The shop cannot run: ${text}${isArgument ? ' See --help.' : ''}\n`);
  process.exitCode = 1;
}
