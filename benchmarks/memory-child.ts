/**
 * Reads a log in a process of its own and prints how much memory that took at most.
 *
 *     node memory-child.ts DIRECTORY nothing|pages|reaction
 */
import { boundedContext, happened, run, whenever } from 'thereupon';
import { sqlite } from 'thereupon/sqlite';
import { ticket } from './counting.ts';

const PAGE = 1_000;
const LOOK_EACH = 20_000;

const [directory = '', way] = process.argv.slice(2);
let peak = 0;
let records = 0;

const log = await sqlite(directory).reader('counting');
await log.head();
look();
if (way === 'pages') await readPages();
if (way === 'reaction') await react();
await log.close();
look();
process.stdout.write(`${JSON.stringify({ records, peakMiB: peak / 2 ** 20 })}\n`);

async function readPages(): Promise<void> {
  for (let after = 0; ;) {
    const page = await log.read({ after, limit: PAGE });
    for (const _ of page) count();
    if (page.length < PAGE) return;
    after = page.at(-1)?.position ?? after;
  }
}

async function react(): Promise<void> {
  // A name that was never used, so that it begins at the beginning.
  const name = `count ${process.pid} ${Date.now()}`;
  const counts = whenever(name, happened(ticket, 'Stamped'), count, { startFrom: 'beginning' });
  const context = boundedContext('counting', { aggregates: [ticket], reactions: [counts] });
  const app = await run([context], { store: sqlite(directory) });
  await app.settled({ timeoutMs: 3_600_000 });
  await app.stop();
}

function count(): void {
  records += 1;
  if (records % LOOK_EACH === 0) look();
}

function look(): void {
  peak = Math.max(peak, process.memoryUsage.rss());
}
