import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { sqlite } from '../adapters/sqlite/sqlite-store.ts';
import { committed, fact, incoming, outgoing } from '../conformance/log/samples.ts';
import { assertSeenFlows, contexts } from './fixtures/seen-flows.ts';
import { withLogs } from './open-logs.ts';
import { seenFlows } from './seen-flows.ts';

test('what is seen is counted; what is declared and not seen, and the other way round, is named', async () => {
  await assertSeenFlows(memory());
});

test('the same is said of files', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'thereupon-seen-flows-'));
  try {
    await assertSeenFlows(sqlite(folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('of a log that is not there nothing is seen', async () => {
  const store = sqlite(join(tmpdir(), 'thereupon-is-nowhere'));

  const seen = await withLogs({ contexts, store }, undefined, (logs) => seenFlows(logs, 10));

  assert.deepEqual(seen.looked, [{ context: 'ordering', records: 0, isAll: true }]);
  assert.deepEqual(seen.types, []);
  assert.equal(seen.unseen.length, 4);
});

test('more than a page is looked through, to the last record', async () => {
  const store = memory();
  const log = await store.open('ordering');
  const records = Array.from({ length: 1_203 }, () => outgoing({ type: 'ordering.OrderPlaced' }));
  await committed(log, { records });

  const { looked, types } = await withLogs({ contexts, store }, undefined, (logs) =>
    seenFlows(logs, 1_201),
  );

  assert.deepEqual(looked, [{ context: 'ordering', records: 1_201, isAll: false }]);
  assert.equal(types[0]?.count, 1_201);
  await log.close();
});

test('what was published once and dropped since is not called unseen', async () => {
  const store = memory();
  const { unseen } = await withLogs({ contexts, store }, undefined, (logs) =>
    seenFlows(
      logs.map((open) => ({
        ...open,
        log: {
          ...open.log,
          dropped: async () => [
            { direction: 'outgoing' as const, type: 'ordering.OrderPlaced', position: 7 },
          ],
        },
      })),
      10,
    ),
  );

  assert.ok(!unseen.some(({ contract }) => contract === 'ordering.OrderPlaced'));
  assert.ok(unseen.some(({ contract }) => contract === 'ordering.Never'));
});

test('of what an aggregate decided it is told because of what', async () => {
  const store = memory();
  const log = await store.open('ordering');
  const told = incoming('bank', 'm-1', { type: 'bank.MoneyMoved' });
  const paid = fact('order/o-1', 2, { type: 'OrderPaid', causationId: told.id });
  await committed(log, {
    records: [
      fact('order/o-1', 1, { type: 'OrderPlaced', causationId: 'a command' }),
      told,
      paid,
      fact('parcel/o-1', 1, { type: 'ParcelPacked', causationId: paid.id }),
      fact('parcel/o-1', 2, { type: 'ParcelSent', causationId: paid.id }),
      outgoing({ type: 'ordering.OrderPlaced', causationId: paid.id }),
    ],
  });
  await log.close();

  const { followed } = await withLogs({ contexts, store }, undefined, (logs) =>
    seenFlows(logs, 10),
  );

  assert.deepEqual(followed, [
    {
      context: 'ordering',
      cause: { direction: 'incoming', aggregate: null, type: 'bank.MoneyMoved' },
      aggregate: 'order',
      count: 1,
    },
    {
      context: 'ordering',
      cause: { direction: 'domain', aggregate: 'order', type: 'OrderPaid' },
      aggregate: 'parcel',
      count: 2,
    },
  ]);
});
