/**
 * A program that runs the shop, with its page and API, and either generated shoppers or a replayed
 * order file. Ctrl-C or SIGTERM stops in order: no more orders, no more requests, what was begun is
 * finished or handed back, the files are closed, the other processes end. It then exits with 0, or
 * with 130 when a replay that was to report (`--exit`) is not at its end. A second one ends at once,
 * with 130; nothing is lost by that either.
 */
import type { Logger } from 'thereupon';
import { auditTable } from './audit/audit-table.ts';
import { runAudit } from './audit/audit.ts';
import { beginAnew } from './begin-anew.ts';
import type { CommandLine } from './command-line.ts';
import { failureInWords } from './failure-in-words.ts';
import { logForPeople } from './log-for-people.ts';
import { seededDice } from './replay/dice.ts';
import { readOrderFile, replayFile, type OrderFile } from './replay-file.ts';
import { replayReport } from './replay-report.ts';
import { assertPortFree, serveHttp, type Served } from './serve-http.ts';
import type { ShopPlace } from './shop-place.ts';
import type { Shop } from './shop.ts';
import { goShopping } from './shoppers.ts';

export type ShopProgram<Wanted extends CommandLine> = {
  readonly help: string;
  readonly readCommandLine: (words: readonly string[]) => Wanted;
  readonly openShop: (opening: Opening, wanted: Wanted) => Promise<Shop>;
};

export type Opening = ShopPlace & {
  readonly businessTime: 'clock' | 'watermark';
  readonly logger: Logger;
  /** Told in words when a process of the shop has ended by accident, and when it runs again. */
  readonly tell: (text: string) => void;
};

const stopping = new AbortController();

/** Runs this process as a program that was started with these words. */
export async function runProgram<Wanted extends CommandLine>(
  words: readonly string[],
  program: ShopProgram<Wanted>,
): Promise<void> {
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    const wanted = program.readCommandLine(words);
    if (wanted.help) process.stdout.write(program.help);
    else await runShop(wanted, (opening) => program.openShop(opening, wanted));
  } catch (error) {
    process.stderr.write(`The shop cannot run: ${failureInWords(error)}\n`);
    process.exitCode = 1;
  }
}

async function runShop(
  wanted: CommandLine,
  openShop: (opening: Opening) => Promise<Shop>,
): Promise<void> {
  // Whatever is wrong with what was asked for is found before anything is removed or written.
  const { signal } = stopping;
  const file = wanted.orders === undefined ? undefined : await readOrderFile(wanted.orders, signal);
  if (signal.aborted) return wanted.exit ? interrupted() : undefined;
  if (wanted.port !== undefined) await assertPortFree(wanted.port);
  const place = { directory: wanted.data, store: wanted.store };
  if (wanted.fresh) await beginAnew(place);
  const logger = logForPeople((text) => process.stderr.write(text));
  // What a file says is done in the file's own time.
  const businessTime = file === undefined ? 'clock' : 'watermark';
  const shop = await openShop({ ...place, businessTime, logger, tell });
  let served: Served | undefined;
  try {
    if (wanted.port !== undefined) {
      served = await serveHttp(shop, wanted.port);
      const address = `http://127.0.0.1:${served.port}`;
      process.stdout.write(`The shop is open: ${address}/\nIts console: ${address}/console\n`);
    }
    await doBusiness(shop, { ...wanted, file });
  } finally {
    await served?.close();
    await shop.close();
  }
  // Of the data alone, when nobody writes any more.
  if (wanted.exit) await audit(place);
}

async function audit(place: ShopPlace): Promise<void> {
  if (stopping.signal.aborted) return interrupted();
  const found = await runAudit(place);
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
    await replayFile(shop, file, { directory, target: process.stderr, nowMs, signal });
    process.stdout.write(`${await replayReport(shop.app)}\n`);
    // Whoever orders on the page now does it today.
    if (!signal.aborted) shop.app.followClock();
  } else if (wanted.rate > 0) {
    const run = Date.now().toString(36).toUpperCase();
    const now = (): string => new Date().toISOString();
    const dice = seededDice(wanted.seed);
    const { app, keepPrices } = shop;
    await goShopping(app, { keepPrices, dice, rate: wanted.rate, run, now, signal });
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

function tell(text: string): void {
  // Whoever stops all of us at once stops it, too; what was not charged is at the next start.
  if (!stopping.signal.aborted) process.stderr.write(`${text}\n`);
}
