import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NEWEST_CHARACTERS_MAX, NEWEST_RECORDS, NewestRecords } from './newest-records.ts';
import type { StoredRecord } from './record.ts';

function record(position: number, characters: number): StoredRecord {
  return {
    position,
    id: `r-${position}`,
    direction: 'outgoing',
    stream: null,
    version: null,
    type: 'T',
    schemaVersion: 1,
    key: 'k',
    data: 'x'.repeat(characters),
    source: 'a',
    occurredAt: 0,
    recordedAt: 0,
    correlationId: 'c',
    causationId: 'd',
    traceparent: null,
    metadata: null,
  };
}

function filled(count: number, characters: number): NewestRecords<StoredRecord> {
  const newest = new NewestRecords<StoredRecord>(0, (item) => item);
  for (let position = 1; position <= count; position += 1) {
    newest.add(record(position, characters));
    assert.ok(newest.characters <= NEWEST_CHARACTERS_MAX);
    assert.ok(newest.count < 2 * NEWEST_RECORDS);
  }
  return newest;
}

test('a share of what a whole log keeps bounds them, also to less than one of them is large', () => {
  const newest = new NewestRecords<StoredRecord>(0, (item) => item, 100);

  newest.add(record(1, 60));
  newest.add(record(2, 60));
  const after60 = newest.characters;
  newest.add(record(3, 101));

  assert.ok(after60 <= 100);
  assert.deepEqual(
    { count: newest.count, from: newest.from, to: newest.to },
    { count: 0, from: 3, to: 3 },
  );
});

test('small records are bounded by their number, and nothing is missing after where they begin', () => {
  const newest = filled(5_000, 10);

  const kept = [...newest.after(newest.from)].map(({ position }) => position);

  assert.ok(kept.length >= NEWEST_RECORDS);
  assert.equal(kept[0], newest.from + 1);
  assert.equal(kept.at(-1), 5_000);
  assert.deepEqual(
    kept,
    kept.map((_, index) => newest.from + 1 + index),
  );
});

test('large records are bounded by their size', () => {
  const newest = filled(50, 1_000_000);

  const kept = [...newest.after(newest.from)];

  assert.ok(kept.length >= 4 && kept.length <= 8, `${kept.length}`);
  assert.equal(kept[0]?.position, newest.from + 1);
  assert.equal(newest.to, 50);
});

test('a record larger than the bound is not kept, and is known to be missing', () => {
  const newest = filled(3, 10);

  newest.add(record(4, NEWEST_CHARACTERS_MAX + 1));

  assert.equal(newest.from, 4);
  assert.deepEqual([...newest.after(4)], []);
  assert.equal(newest.characters, 0);
});
