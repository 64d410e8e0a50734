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

test('a round that was begun is ended, once', () => {
  const begin: RestockRoundCommand = {
    type: 'BeginRestockRound',
    data: { week: 2136, productIds: [] },
  };
  const end: RestockRoundCommand = { type: 'EndRestockRound', data: { week: 2136 } };

  given(restockRound)
    .after(begin)
    .when(end)
    .then([{ type: 'RestockRoundEnded', data: { week: 2136 } }]);
  given(restockRound).when(end).thenNothing();
  given(restockRound).after(begin, end).when(end).thenNothing();
});
