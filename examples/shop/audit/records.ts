/** The logs themselves: no event of any stream is missing, and nothing is left to do. */
import { contextNames, type Books } from './books.ts';
import { equation, side, type Equation } from './equation.ts';

export function auditRecords(books: Books): Equation[] {
  return [streams(books), waiting(books)];
}

function streams(books: Books): Equation {
  const faults: string[] = [];
  let recordCount = 0;
  let versionCount = 0;
  for (const context of contextNames) {
    // By log_stream alone: no record is read.
    const rows = books.rows<readonly [string, number, number]>(`
      select stream, count(*), max(version) from ${context}.log
      where stream is not null group by stream`);
    for (const [stream, records, version] of rows) {
      recordCount += records;
      versionCount += version;
      if (records === version) continue;
      faults.push(`${context}, stream ${stream}: ${records} records, its version is ${version}`);
    }
  }
  return equation(
    'No event of any stream is missing',
    side('events in the logs', recordCount, 'records'),
    side('versions of the streams', versionCount, 'records'),
    faults,
  );
}

/** A timer is nothing that was to be done already: `deadlines.ts` looks at those. */
function waiting(books: Books): Equation {
  const faults: string[] = [];
  let count = 0;
  for (const context of contextNames) {
    const rows = books.rows<readonly [string, string, number]>(`
      select subscription, kind, count(*) from ${context}.waiting
      where kind <> 'timer' group by 1, 2`);
    for (const [subscription, kind, rowCount] of rows) {
      count += rowCount;
      faults.push(`${context}, "${subscription}": ${rowCount} rows "${kind}"`);
    }
  }
  return equation(
    'Nothing is retried, parked or held',
    side('rows that wait', count, 'rows'),
    side('should be', 0, 'rows'),
    faults,
  );
}
