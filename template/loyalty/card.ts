/** A member's card: a stamp for each seat, and a free ticket for every fifth stamp. */
export type StampCard = { readonly type: 'StampCard'; readonly data: { readonly member: string } };
export type CardEvent = {
  readonly type: 'CardStamped' | 'FreeTicketEarned';
  readonly data: { readonly member: string };
};
export type Card = { readonly stamps: number };

export const initial: Card = { stamps: 0 };

export function decide({ data }: StampCard, { stamps }: Card): readonly CardEvent[] {
  const stamped: CardEvent = { type: 'CardStamped', data };
  return (stamps + 1) % 5 === 0 ? [stamped, { type: 'FreeTicketEarned', data }] : [stamped];
}

export function evolve({ stamps }: Card, { type }: CardEvent): Card {
  return { stamps: type === 'CardStamped' ? stamps + 1 : stamps };
}
