/** Charges once a sale, as far as a variable of this module remembers. */
import { boundedContext, effect, happened } from '../../../../src/index.ts';
import { cardsOf, sale } from './careless-till.ts';

const charged = new Set<string>();

const charge = effect({
  name: 'charge',
  on: happened(sale, 'Sold'),
  perform: async ({ data }, { dependencies }) => {
    if (charged.has(data.id)) return;
    await cardsOf(dependencies).charge(data.id);
    charged.add(data.id);
  },
});

export const contexts = [boundedContext('till', { aggregates: [sale], effects: [charge] })];
