import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unitsToRestock, weeksLookedBack, withDemand } from './restocking.ts';
import type { WeeklyDemand } from './restocking.ts';

test('the shelf is filled up to twice what the busiest of the last weeks asked for', () => {
  const demand = [
    { week: 10, asked: 30 },
    { week: 12, asked: 100 },
    { week: 13, asked: 20 },
  ];

  assert.equal(unitsToRestock(demand, 14, 60), 140);
  assert.equal(unitsToRestock(demand, 14, 200), 0);
  assert.equal(unitsToRestock(demand, 14, 500), 0);
});

test('neither the week that just begins nor one too long ago counts', () => {
  const demand = [
    { week: 5, asked: 1000 },
    { week: 10, asked: 30 },
    { week: 14, asked: 1000 },
  ];

  assert.equal(unitsToRestock(demand, 14, 0), 60);
});

test('what nobody asks for is not restocked', () => {
  assert.equal(unitsToRestock([], 14, 0), 0);
});

test('demand is kept by week, for the weeks that still count', () => {
  let demand: readonly WeeklyDemand[] = [];
  for (let week = 0; week < 100; week += 1) {
    demand = withDemand(withDemand(demand, week, 3), week, 4);
  }

  assert.equal(demand.length, weeksLookedBack + 1);
  assert.deepEqual(demand.at(-1), { week: 99, asked: 7 });
});

test('demand told late counts for the last week known', () => {
  assert.deepEqual(withDemand([{ week: 12, asked: 5 }], 11, 2), [{ week: 12, asked: 7 }]);
});
