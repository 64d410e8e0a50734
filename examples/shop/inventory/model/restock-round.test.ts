import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide, evolve, initial } from './restock-round.ts';
import type { RestockRoundCommand } from './restock-round.ts';

test('a week has one restock round, however often it is asked for', () => {
  const begin: RestockRoundCommand = {
    type: 'BeginRestockRound',
    data: { week: 2136, productIds: ['85123A'] },
  };
  const events = decide(begin, initial);

  assert.deepEqual(events, [{ type: 'RestockRoundBegun', data: begin.data }]);
  assert.deepEqual(decide(begin, events.reduce(evolve, initial)), []);
});
