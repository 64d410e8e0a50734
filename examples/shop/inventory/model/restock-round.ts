/**
 * The weekly look at all shelves: one round for each week number, begun once. It names the products
 * to look at, so that what a round covers does not depend on when its work is done.
 */
type Round = { readonly week: number; readonly productIds: readonly string[] };

export type RestockRoundCommand = { readonly type: 'BeginRestockRound'; readonly data: Round };
export type RestockRoundEvent = { readonly type: 'RestockRoundBegun'; readonly data: Round };
export type RestockRound = { readonly isBegun: boolean };

export const initial: RestockRound = { isBegun: false };

export function decide(command: RestockRoundCommand, round: RestockRound): RestockRoundEvent[] {
  return round.isBegun ? [] : [{ type: 'RestockRoundBegun', data: command.data }];
}

export function evolve(_: RestockRound, event: RestockRoundEvent): RestockRound {
  return { isBegun: event.type === 'RestockRoundBegun' };
}
