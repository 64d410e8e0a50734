/**
 * Ordering's own copy of what is sold and for how much, kept from what Catalogue tells. An order
 * that a person places on the page is priced by it, whether Catalogue runs or not.
 */
import { readModel, type } from 'thereupon';
import { ProductListed, ProductPriceChanged } from '../catalogue/contracts.ts';

export type ListedProduct = {
  readonly productId: string;
  readonly description: string;
  /** Thousandths of a pound for one unit. */
  readonly unitPriceMils: number;
};

export const priceList = readModel({
  name: 'price-list',
  version: 1,
  document: type<ListedProduct>(),
  from: [ProductListed, ProductPriceChanged],
  by: (event) => event.data.productId,
  evolve: {
    'catalogue.ProductListed': (_, { data }) => data,
    'catalogue.ProductPriceChanged': (product, { data }) =>
      product && { ...product, unitPriceMils: data.unitPriceMils },
  },
});
