import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { committed, fact, outgoing } from '../conformance/log/samples.ts';
import type { LogQuery, LogReader } from '../log/log.ts';
import { firstPage, charactersOf } from '../log/page.ts';
import type { StoredRecord } from '../log/record.ts';
import { readBackwards } from './read-backwards.ts';

test('a log is read from its end to its beginning, each record once', async () => {
  const log = await memory().open('ordering');
  await committed(log, { records: Array.from({ length: 1_777 }, () => outgoing()) });

  assert.deepEqual(await positionsIn(log), descending(1_777));
  assert.deepEqual(await positionsIn(log, 1_200), descending(1_199));
  assert.deepEqual(await positionsIn(log, 1), []);
});

test('gaps are stepped over, and what is dense behind them is read whole', async () => {
  const positions = [1, 2, ...Array.from({ length: 1_500 }, (_, index) => 90_000 + index), 5e9];
  const log = await logAt(positions);

  assert.deepEqual(await positionsIn(log), positions.toReversed());
  assert.ok(log.reads() < 100, `${log.reads()} reads`);
});

test('large records are read few at a time', async () => {
  const log = await logAt(descending(20).toReversed(), '"'.padEnd(3_000_000, 'x'));

  assert.deepEqual(await positionsIn(log), descending(20));
});

test('only as much is read as is asked for', async () => {
  const log = await logAt(descending(5_000).toReversed());

  for await (const { downTo } of readBackwards(log)) {
    assert.equal(downTo, 4_500);
    break;
  }
  assert.equal(log.reads(), 1);
});

async function positionsIn(log: Pick<LogReader, 'head' | 'read'>, before?: number) {
  const found: number[] = [];
  for await (const { records, downTo } of readBackwards(log, before)) {
    found.push(...records.map(({ position }) => position));
    for (const { position } of records) assert.ok(position > downTo);
  }
  return found;
}

/** What is after a restore, or where much was dropped: positions that are far from each other. */
async function logAt(positions: readonly number[], data = '{}') {
  const records: StoredRecord[] = positions.map((position) => ({
    ...fact('o-1', 1, { data }),
    position,
  }));
  let reads = 0;
  return {
    reads: () => reads,
    head: async () => positions.at(-1) ?? 0,
    read: async (query: LogQuery) => {
      reads += 1;
      const after = records.filter(({ position }) => position > query.after);
      return firstPage(after, query, charactersOf);
    },
  };
}

function descending(from: number): number[] {
  return Array.from({ length: from }, (_, index) => from - index);
}
