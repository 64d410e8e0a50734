import { test } from 'node:test';
import { given } from 'thereupon/testing';
import * as restockRound from './restock-round.ts';
import type { RestockRoundCommand } from './restock-round.ts';

test('a week has one restock round, however often it is asked for', () => {
  const data = { week: 2136, productIds: ['85123A'] };
  const begin: RestockRoundCommand = { type: 'BeginRestockRound', data };

  given(restockRound)
    .when(begin)
    .then([{ type: 'RestockRoundBegun', data }]);
  given(restockRound).after(begin).when(begin).thenNothing();
});
