import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chunkOf } from './chunk.ts';
import type { FetchedPartition, RecordBatch } from './kafka-client.ts';

const TRANSACTIONAL = 1 << 4;
const CONTROL = 1 << 5;

test('what a batch holds before the place that was asked for is left out', () => {
  const chunk = chunkOf(fetched([batch(10, 5)], { end: 15 }), 12);

  assert.deepEqual(offsets(chunk), [12, 13, 14]);
  assert.equal(chunk.to, 15);
  assert.equal(chunk.isEnd, true);
});

test('there is more behind a chunk that does not come to the end', () => {
  assert.equal(chunkOf(fetched([batch(0, 5)], { end: 6 }), 0).isEnd, false);
});

test('a partition that has nothing to say is at its end', () => {
  assert.deepEqual(chunkOf(undefined, 7), { records: [], to: 7, isEnd: true });
});

test('the marks of transactions are nobody’s messages, and are passed', () => {
  const mark = batch(5, 1, { attributes: TRANSACTIONAL | CONTROL });

  const chunk = chunkOf(fetched([batch(0, 5), mark], { end: 6 }), 0);

  assert.deepEqual(offsets(chunk), [0, 1, 2, 3, 4]);
  assert.equal(chunk.to, 6);
});

test('messages of a transaction that was given up are left out, whether or not its end was fetched, too', () => {
  const given = batch(0, 2, { attributes: TRANSACTIONAL, producerId: 7n });
  const other = batch(2, 2, { attributes: TRANSACTIONAL, producerId: 8n });
  const plain = batch(4, 1, { producerId: 7n });
  const aborted = [{ producerId: 7n, firstOffset: 0n }];

  const chunk = chunkOf(fetched([given, other, plain], { end: 9, aborted }), 0);

  assert.deepEqual(offsets(chunk), [2, 3, 4]);
});

test('of one producer, what it commits between two transactions that it gave up is kept', () => {
  const by = { attributes: TRANSACTIONAL, producerId: 7n };
  const end = { ...by, attributes: TRANSACTIONAL | CONTROL };
  const batches = [
    batch(0, 1, by),
    batch(1, 1, end),
    batch(2, 1, by),
    batch(3, 1, end),
    batch(4, 1, by),
    batch(5, 1, end),
  ];
  const aborted = [
    { producerId: 7n, firstOffset: 4n },
    { producerId: 7n, firstOffset: 0n },
  ];

  const chunk = chunkOf(fetched(batches, { end: 6, aborted }), 0);

  assert.deepEqual(offsets(chunk), [2]);
});

function fetched(
  records: readonly RecordBatch[],
  { end, aborted = [] }: { end: number; aborted?: FetchedPartition['abortedTransactions'] },
): FetchedPartition {
  const lastStableOffset = BigInt(end);
  return { partitionIndex: 0, lastStableOffset, abortedTransactions: aborted, records };
}

function batch(first: number, count: number, fields: Partial<RecordBatch> = {}): RecordBatch {
  return {
    firstOffset: BigInt(first),
    lastOffsetDelta: count - 1,
    firstTimestamp: 0n,
    attributes: 0,
    producerId: -1n,
    records: Array.from({ length: count }, (_, offsetDelta) => ({
      offsetDelta,
      timestampDelta: 0n,
      key: null,
      value: null,
      headers: [],
    })),
    ...fields,
  };
}

function offsets(chunk: ReturnType<typeof chunkOf>): readonly number[] {
  return chunk.records.map(({ offset }) => offset);
}
