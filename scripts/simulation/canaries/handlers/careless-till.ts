/** A till that charges a card without the idempotency key that it is given. */
import {
  type Fact,
  type Tools,
  aggregate,
  boundedContext,
  effect,
  happened,
} from '../../../../src/index.ts';
import type { Simulation } from '../../../../src/testing/simulator/simulation.ts';

export type Sold = Fact<'Sold', { readonly id: string }>;
export const sale = aggregate({
  name: 'sale',
  initial: { isSold: false },
  decide: ({ data }: Fact<'Sell', { readonly id: string }>): Sold[] => [{ type: 'Sold', data }],
  evolve: (_state, _event: Sold) => ({ isSold: true }),
});

/** Cards, which are charged as often as it is asked. */
export class Cards {
  readonly charged: string[] = [];

  async charge(id: string): Promise<void> {
    this.charged.push(id);
  }
}

export function cardsOf(dependencies: Tools['dependencies']): Cards {
  return (dependencies as unknown as { cards: Cards }).cards;
}

const charge = effect({
  name: 'charge',
  on: happened(sale, 'Sold'),
  perform: ({ data }, { dependencies }) => cardsOf(dependencies).charge(data.id),
});

export const simulation: Simulation<{ cards: Cards }> = {
  name: 'A careless till',
  contexts: () => [boundedContext('till', { aggregates: [sale], effects: [charge] })],
  outside: () => ({ cards: new Cards() }),
  workload: () =>
    ['s-1', 's-2', 's-3'].map((id) => ({
      name: `sell ${id}`,
      work: (app) => app.handle(sale, id, { type: 'Sell', data: { id } }, { commandId: id }),
    })),
  invariants: {
    always: {
      'no card is charged twice': ({ outside: { cards } }) => {
        if (new Set(cards.charged).size < cards.charged.length)
          throw new RangeError(cards.charged.join(', '));
      },
    },
  },
};
