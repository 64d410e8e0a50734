/**
 * `npm run shop:audit`: proves the shop's books from the data alone, while
 * the shop runs or when it has stopped. Exits 0 when all balances, 1 when something does not, and 2
 * when it could not be looked at, or was at work at each look.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { failureInWords } from '../failure-in-words.ts';
import { readOptions } from '../read-options.ts';
import { storeUrl } from '../store-url.ts';
import { auditTable } from './audit-table.ts';
import { runAudit, type Audit } from './audit.ts';
import type { BooksPlace } from './open-books.ts';

/** A running shop is always in the middle of something: so many looks, until one balances. */
const LOOKS_MAX = 10;
const BETWEEN_LOOKS_MS = 200;

const help = `Usage: npm run -s shop:audit -- [--data DIR] [--store URL] [--json]

Proves the shop's books from its data alone, while the shop runs or when it has stopped.

  --data DIR   the directory that the shop was started with; default ./data
  --store URL  the PostgreSQL database that it was started with
  --json       the equations with their figures as JSON
  --help       this text

Exits with 0 when all balances, 1 when something does not, 2 when it could not be looked at, or the
shop was at work at each look.
`;

const options = {
  data: { type: 'string', default: './data' },
  store: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

try {
  const { data, store, json: isJson, help: isHelp } = readOptions(process.argv.slice(2), options);
  if (isHelp) process.stdout.write(help);
  else await audit({ directory: data, store: storeUrl('--store', store) }, isJson);
} catch (error) {
  console.error(`Cannot audit: ${failureInWords(error)}`);
  process.exitCode = 2;
}

async function audit(place: BooksPlace, isJson: boolean): Promise<void> {
  const { audit: found, isMoving } = await lookUntilBalanced(place);
  console.log(isJson ? JSON.stringify(found, null, 2) : auditTable(found));
  process.exitCode = found.isBalanced ? 0 : 1;
  if (!isMoving) return;
  console.error(
    'That says nothing yet: the shop is at work, and what is under way is in some logs and not in ' +
      'others. Audit again when it rests or has stopped.',
  );
  process.exitCode = 2;
}

async function lookUntilBalanced(
  place: BooksPlace,
): Promise<{ readonly audit: Audit; readonly isMoving: boolean }> {
  let audit = await runAudit(place);
  for (let looks = 1; looks < LOOKS_MAX && !audit.isBalanced; looks += 1) {
    await wait(BETWEEN_LOOKS_MS);
    const { recordCount: before } = audit;
    audit = await runAudit(place);
    if (audit.recordCount === before) return { audit, isMoving: false };
  }
  return { audit, isMoving: !audit.isBalanced };
}
