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
import { failureInWords } from './failure-in-words.ts';
import { logForPeople } from './log-for-people.ts';
import { openShop, type Shop } from './open-shop.ts';
import { seededDice } from './replay/dice.ts';
import { readOrderFile, replayFile, type OrderFile } from './replay-file.ts';
import { replayReport } from './replay-report.ts';
import { assertPortFree, serveHttp, type Served } from './serve-http.ts';
import { goShopping } from './shoppers.ts';

const stopping = new AbortController();
process.on('SIGINT', stop);
process.on('SIGTERM', stop);

try {
  const wanted = readCommandLine(process.argv.slice(2));
  if (wanted.help) process.stdout.write(help);
  else await runShop(wanted);
} catch (error) {
  process.stderr.write(`The shop cannot run: ${failureInWords(error)}\n`);
  process.exitCode = 1;
}

async function runShop(wanted: CommandLine): Promise<void> {
  // Whatever is wrong with what was asked for is found before anything is removed or written.
  const { signal } = stopping;
  const file = wanted.orders === undefined ? undefined : await readOrderFile(wanted.orders, signal);
  if (signal.aborted) return wanted.exit ? interrupted() : undefined;
  if (wanted.port !== undefined) await assertPortFree(wanted.port);
  if (wanted.fresh) await beginAnew(wanted.data);
  const logger = logForPeople((text) => process.stderr.write(text));
  // What a file says is done in the file's own time.
  const businessTime = file === undefined ? 'clock' : 'watermark';
  const shop = await openShop({ directory: wanted.data, businessTime, logger, tellOfGateway });
  let served: Served | undefined;
  try {
    if (wanted.port !== undefined) {
      served = await serveHttp(shop, wanted.port);
      process.stdout.write(`The shop is open: http://127.0.0.1:${served.port}/\n`);
    }
    await doBusiness(shop, { ...wanted, file });
  } finally {
    await served?.close();
    await shop.close();
  }
  // Of the files alone, when nobody writes to them any more.
  if (wanted.exit) audit(wanted.data);
}

function audit(directory: string): void {
  if (stopping.signal.aborted) return interrupted();
  const found = runAudit(directory);
  process.stdout.write(`${auditTable(found)}\n`);
  process.exitCode = found.isBalanced ? 0 : 1;
}

function interrupted(): void {
  process.stderr.write('Interrupted. The same command goes on where it was.\n');
  process.exitCode = 130;
}

async function doBusiness(
  shop: Shop,
  wanted: CommandLine & { readonly file: OrderFile | undefined },
): Promise<void> {
  const { signal } = stopping;
  const { data: directory, file } = wanted;
  if (file !== undefined) {
    const nowMs = (): number => performance.now();
    await replayFile(shop.app, file, { directory, target: process.stderr, nowMs, signal });
    process.stdout.write(`${await replayReport(shop.app)}\n`);
    // Whoever orders on the page now does it today.
    if (!signal.aborted) shop.app.followClock();
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
