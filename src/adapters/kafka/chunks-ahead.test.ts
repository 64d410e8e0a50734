import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredRecord } from '../../log/record.ts';
import { type Ahead, AHEAD_CHARACTERS_MAX, ChunksAhead } from './chunks-ahead.ts';

/** One record of so many characters, which is all that is asked of it here. */
function ahead(characters: number): Ahead {
  const record = { data: 'x'.repeat(characters), metadata: null } as StoredRecord;
  return { from: 0, to: 1, isEnd: true, records: [record] };
}

function kept(chunks: ChunksAhead<number>, partitions: number): readonly number[] {
  const all = Array.from({ length: partitions }, (_, partition) => partition);
  return all.filter((partition) => chunks.of(partition) !== undefined);
}

test('what was used longest ago goes, when all of it is too much', () => {
  const chunks = new ChunksAhead<number>();
  const third = ahead(AHEAD_CHARACTERS_MAX / 4 + 1);
  for (const partition of [0, 1, 2]) chunks.keep(partition, third);
  chunks.of(0);

  chunks.keep(3, third);

  assert.deepEqual(kept(chunks, 4), [0, 2, 3]);
});

test('what was read last is kept, however large it is', () => {
  const chunks = new ChunksAhead<number>();
  chunks.keep(0, ahead(10));

  chunks.keep(1, ahead(AHEAD_CHARACTERS_MAX + 1));

  assert.deepEqual(kept(chunks, 2), [1]);
});

test('what is forgotten, or read anew, leaves its room to others', () => {
  const chunks = new ChunksAhead<number>();
  const half = ahead(AHEAD_CHARACTERS_MAX / 2);
  chunks.keep(0, half);
  chunks.keep(0, half);
  chunks.keep(1, half);
  chunks.forget(0);

  chunks.keep(2, half);

  assert.deepEqual(kept(chunks, 3), [1, 2]);
});
