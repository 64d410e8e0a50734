/**
 * Proves the order of the PostgreSQL log over more records, and beside more writers, than a test
 * has time for: late ones, such as roll back, such as go back to savepoints, hundreds at once. No
 * reader may skip a record, see one twice or out of order; and one that does not heed the horizon
 * must skip some, or the proof proves nothing.
 *
 *     node -C thereupon-source scripts/prove-log-order.ts
 *     node -C thereupon-source scripts/prove-log-order.ts --records 3000000 --writers 400
 *
 * Exits with 0 when all of that is so, and with 1 otherwise.
 */
import { parseArgs } from 'node:util';
import { torture, type TortureReport } from '../src/adapters/postgres/fixtures/torture.ts';
import { startPostgres } from './services/postgres.ts';

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '1000000' },
    writers: { type: 'string', default: '220' },
    'delay-ms': { type: 'string', default: '10' },
  },
});
const records = Number(values.records);
const writers = Number(values.writers);
const delayMsMax = Number(values['delay-ms']);

const server = await startPostgres({
  storage: 'memory',
  settings: { max_connections: writers + 60, max_wal_size: '512MB' },
});
try {
  const url = await server.createDatabase();
  const report = await torture({ url, writers, records, delayMsMax });
  print('with the horizon', report);
  const canary = await torture({
    url: await server.createDatabase(),
    writers: Math.min(writers, 60),
    records: Math.min(records, 20_000),
    delayMsMax,
    isWithoutHorizon: true,
  });
  print('a reader without it, which must skip records', canary);
  const isRight =
    report.records >= records &&
    report.streamsOutOfOrder === 0 &&
    report.readers.every(({ skipped, twice, outOfOrder }) => skipped + twice + outOfOrder === 0);
  const isFound = canary.readers.some(({ skipped }) => skipped > 0);
  console.log(isRight && isFound ? 'The order holds.' : 'The order does not hold.');
  process.exitCode = isRight && isFound ? 0 : 1;
} finally {
  await server.close();
}

function print(what: string, report: TortureReport): void {
  const { readers, ...figures } = report;
  console.log(`${what}: ${JSON.stringify(figures)}`);
  for (const { reader, read, skipped, twice, outOfOrder, pages } of readers)
    console.log(
      `  ${reader}: ${read} read in ${pages} pages, ${skipped} skipped, ${twice} twice, ` +
        `${outOfOrder} out of order`,
    );
}
