/**
 * The weekly look at all shelves: one round for each week number, begun once, and ended when all of
 * them are filled. It names the products to look at, so that what a round covers does not depend on
 * when its work is done.
 */
type Round = { readonly week: number; readonly productIds: readonly string[] };
type OfWeek = { readonly week: number };

export type RestockRoundCommand =
  | { readonly type: 'BeginRestockRound'; readonly data: Round }
  | { readonly type: 'EndRestockRound'; readonly data: OfWeek };
export type RestockRoundEvent =
  | { readonly type: 'RestockRoundBegun'; readonly data: Round }
  | { readonly type: 'RestockRoundEnded'; readonly data: OfWeek };
export type RestockRound = { readonly status: 'none' | 'begun' | 'ended' };

export const initial: RestockRound = { status: 'none' };

export function decide(
  { type, data }: RestockRoundCommand,
  { status }: RestockRound,
): RestockRoundEvent[] {
  if (type === 'BeginRestockRound') {
    return status === 'none' ? [{ type: 'RestockRoundBegun', data }] : [];
  }
  return status === 'begun' ? [{ type: 'RestockRoundEnded', data }] : [];
}

export function evolve(_: RestockRound, event: RestockRoundEvent): RestockRound {
  return { status: event.type === 'RestockRoundBegun' ? 'begun' : 'ended' };
}
