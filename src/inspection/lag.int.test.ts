import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedPostgres } from '../../scripts/services/postgres.ts';
import { postgres } from '../adapters/postgres/postgres-store.ts';
import { committed, fact } from '../conformance/log/samples.ts';
import { systemClock } from '../host/clock.ts';
import type { Checkpoint } from '../log/write-set.ts';
import { start, until } from '../runtime/fixtures/start.ts';
import { slotOf } from '../subscription/slot.ts';
import { twoContexts } from './fixtures/two-contexts.ts';
import { lag } from './lag.ts';
import type { ReaderLag } from './reader-lag.ts';

const server = await sharedPostgres();
const clock = systemClock();

test('each range of slots is told with its place and with the process that has it', async (t) => {
  const url = await server.createDatabase();
  const { contexts } = twoContexts();
  const store = postgres(url);
  const note = async (): Promise<ReaderLag | undefined> =>
    (await lag({ contexts, store }, { clock })).readers.find(
      ({ name }) => name === RANGE.subscription,
    );
  const one = await start(t, contexts, { store: postgres(url) });
  const other = await start(t, contexts, { store: postgres(url) });
  await until(async () => (await note())?.ranges.length === 2, 30_000);
  await until(async () => (await note())?.ranges.every(({ owner }) => owner !== null) === true);

  const shared = await note();
  await one.stop();
  await other.stop();
  const left = await note();

  assert.deepEqual(
    shared?.ranges.map(({ firstSlot, lastSlot, owner }) => [firstSlot, lastSlot, owner?.pid]),
    [
      [0, 127, process.pid],
      [128, 255, process.pid],
    ],
  );
  assert.deepEqual(
    left?.ranges.map(({ owner }) => owner),
    left?.ranges.map(() => null),
  );
});

test('of ranges that stand apart each is behind by what is dealt to it', async () => {
  const url = await server.createDatabase();
  const { contexts } = twoContexts();
  const store = postgres(url);
  const log = await store.open('ordering');
  const low = keyOf((slot) => slot < 128);
  const high = keyOf((slot) => slot >= 128);
  const placed = (key: string, version: number) =>
    fact(`order/${key}`, version, { type: 'OrderPlaced', key });
  await log.claim({ ...RANGE, firstSlot: 0, lastSlot: 127, position: 0 });
  const [upper] = await log.claim({ ...RANGE, firstSlot: 128, lastSlot: 255, position: 0 });
  const { subscription, firstSlot, epoch } = upper as Checkpoint;
  await committed(log, {
    records: [placed(low, 1), placed(high, 1), placed(high, 2)],
    moves: [{ subscription, firstSlot, epoch, from: 0, to: 2 }],
  });
  await log.close();

  const { readers } = await lag({ contexts, store }, { clock, context: 'ordering' });

  const note = readers.find(({ name }) => name === RANGE.subscription);
  assert.deepEqual([note?.position, note?.behind], [0, 2]);
  assert.deepEqual(
    note?.ranges.map(({ firstSlot, position, behind }) => [firstSlot, position, behind]),
    [
      [0, 0, 1],
      [128, 2, 1],
    ],
  );
});

const RANGE = { subscription: 'note the order', owner: 'one', fingerprint: 'default' };

function keyOf(isIn: (slot: number) => boolean): string {
  const keys = Array.from({ length: 1_000 }, (_, index) => `o-${index}`);
  return keys.find((key) => isIn(slotOf(key))) ?? '';
}
