/** All that others may know of goods: that they are sold, and what they cost. */
import { contract } from 'thereupon';
import { z } from 'zod';

export const ProductListed = contract('catalogue.ProductListed', {
  version: 1,
  schema: z.object({
    productId: z.string(),
    description: z.string(),
    unitPriceMils: z.int().nonnegative(),
  }),
  key: (data) => data.productId,
  documentation: 'Goods are sold from now on. The price is in thousandths of a pound.',
});

export const ProductPriceChanged = contract('catalogue.ProductPriceChanged', {
  version: 1,
  schema: z.object({ productId: z.string(), unitPriceMils: z.int().nonnegative() }),
  key: (data) => data.productId,
  documentation: 'Goods cost something else from now on. What was ordered before keeps its price.',
});
