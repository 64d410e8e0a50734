import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ReaderLag, levelOf } from './reader-lag.ts';

const reader: Omit<ReaderLag, 'level'> = {
  context: 'billing',
  name: 'ask for payment',
  kind: 'reaction',
  state: 'started',
  position: 10,
  behind: 3,
  isMore: false,
  oldestAgeMs: 400,
  waiting: {},
  paused: null,
  failing: null,
  ranges: [],
};

test('whoever runs and is behind for a moment is busy, and no sight to worry anybody', () => {
  assert.equal(levelOf(reader, true), 'good');
  assert.equal(levelOf({ ...reader, oldestAgeMs: 6_000 }, true), 'attention');
  assert.equal(levelOf({ ...reader, oldestAgeMs: 61_000 }, true), 'bad');
});

test('whoever nobody runs is behind at once', () => {
  assert.equal(levelOf(reader, false), 'attention');
  assert.equal(levelOf({ ...reader, behind: 0, oldestAgeMs: null }, false), 'good');
});

test('what is parked, paused or has no owner wants attention, however far it is', () => {
  const wants: readonly Partial<ReaderLag>[] = [
    { waiting: { parked: 1 } },
    { paused: { who: 'ada', why: 'closed', since: '2026-01-01T00:00:00.000Z' } },
    { ranges: [{ firstSlot: 0, lastSlot: 255, position: 9, behind: 1, owner: null }] },
    { state: 'not-started' },
  ];
  for (const each of wants) assert.equal(levelOf({ ...reader, ...each }, true), 'attention');
});
