/**
 * `npm run shop:audit -- [--data DIR] [--json]`: proves the shop's books from the data alone, while
 * the shop runs or when it has stopped. Exits 0 when all balances, 1 when something does not, and 2
 * when it could not be looked at.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { auditTable } from './audit-table.ts';
import { Books } from './books.ts';
import { runAudit, type Audit } from './audit.ts';

/** A running shop is always in the middle of something: so many looks, until one balances. */
const LOOKS_MAX = 10;
const BETWEEN_LOOKS_MS = 200;

try {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', default: './data' },
      json: { type: 'boolean', default: false },
    },
  });
  const { audit, isMoving } = await lookUntilBalanced(values.data);
  console.log(values.json ? JSON.stringify(audit, null, 2) : auditTable(audit));
  process.exitCode = audit.isBalanced ? 0 : 1;
  if (isMoving)
    console.error('The shop is at work, and what is under way is in some logs and not in others.');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}

async function lookUntilBalanced(
  directory: string,
): Promise<{ readonly audit: Audit; readonly isMoving: boolean }> {
  let audit = runAudit(directory);
  for (let looks = 1; looks < LOOKS_MAX && !audit.isBalanced; looks += 1) {
    await wait(BETWEEN_LOOKS_MS);
    if (recordCountOf(directory) === audit.recordCount) return { audit, isMoving: false };
    audit = runAudit(directory);
  }
  return { audit, isMoving: !audit.isBalanced };
}

function recordCountOf(directory: string): number {
  const books = new Books(directory);
  try {
    return books.recordCount();
  } finally {
    books.close();
  }
}
