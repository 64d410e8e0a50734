import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startPostgres, type PostgresServer } from '../../../scripts/services/postgres.ts';
import { torture } from './fixtures/torture.ts';

let server: PostgresServer;
before(async () => {
  server = await startPostgres({ storage: 'memory', settings: { max_connections: 250 } });
});
after(() => server.close());

test('beside 120 late writers no reader skips a record, sees one twice or out of order', async (t) => {
  const url = await server.createDatabase();

  const report = await torture({ url, writers: 120, records: 20_000, delayMsMax: 10 });

  t.diagnostic(JSON.stringify(report, null, 1));
  assert.ok(report.records >= 20_000 && report.rolledBack > 200 && report.holes > 400);
  assert.ok(report.streams > 100);
  assert.equal(report.streamsOutOfOrder, 0);
  assert.equal(report.readers.length, 5);
  for (const { reader, read, skipped, twice, outOfOrder } of report.readers) {
    assert.ok(read > 1_000, reader);
    assert.deepEqual({ reader, skipped, twice, outOfOrder }, { ...NONE, reader });
  }
});

for (const level of ['repeatable read', 'serializable'])
  test(`nor where transactions are ${level} by default`, async (t) => {
    const url = await server.createDatabase();
    const { pathname } = new URL(url);
    await server.query(
      `alter database "${pathname.slice(1)}" set default_transaction_isolation = '${level}'`,
    );

    const report = await torture({ url, writers: 40, records: 4_000, delayMsMax: 10 });

    t.diagnostic(JSON.stringify(report, null, 1));
    assert.equal(report.streamsOutOfOrder, 0);
    for (const { reader, skipped, twice, outOfOrder } of report.readers)
      assert.deepEqual({ reader, skipped, twice, outOfOrder }, { ...NONE, reader });
  });

test('a reader that did not heed the horizon would skip records: the test above can fail', async (t) => {
  const url = await server.createDatabase();
  const isWithoutHorizon = true;

  const report = await torture({
    url,
    writers: 50,
    records: 5_000,
    delayMsMax: 10,
    isWithoutHorizon,
  });

  t.diagnostic(JSON.stringify(report, null, 1));
  assert.ok((report.readers[0]?.skipped ?? 0) > 0);
});

const NONE = { skipped: 0, twice: 0, outOfOrder: 0 };
