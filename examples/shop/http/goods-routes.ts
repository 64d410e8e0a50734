/** Goods over HTTP: what is sold, for how much, and how much of it is still to be had. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { initialUnits } from '../inventory/model/restocking.ts';
import { stockLevels } from '../inventory/stock-levels.ts';
import { productCode } from '../ordering/model/product-code.ts';
import { priceList, type ListedProduct } from '../ordering/price-list.ts';
import { documentedRoutes } from './documented-routes.ts';
import { always, problemAnswers } from './problem-answers.ts';
import { RequestProblemError } from './problem.ts';
import { Product, Stock } from './representations.ts';
import type { ShopApiOptions } from './shop-api-options.ts';
import type { ShopApp } from '../shop-app.ts';

const tags = ['Goods'];
const params = z.object({ productId: z.string().min(1) });
const limit = z.coerce.number().int().min(1).max(10_000);

const products = createRoute({
  method: 'get',
  path: '/products',
  tags,
  summary: 'What is sold, by code',
  request: { query: z.object({ limit: limit.default(100) }) },
  responses: {
    200: {
      description: 'Products with price and stock',
      content: { 'application/json': { schema: z.object({ products: z.array(Product) }) } },
    },
    ...always,
  },
});

const product = createRoute({
  method: 'get',
  path: '/products/{productId}',
  tags,
  summary: 'One product',
  request: { params },
  responses: {
    200: { description: 'The product', content: { 'application/json': { schema: Product } } },
    ...always,
    ...problemAnswers(404),
  },
});

const shelves = createRoute({
  method: 'get',
  path: '/stock',
  tags,
  summary: 'The emptiest shelves',
  request: {
    query: z.object({
      limit: limit.default(20),
      atMost: z.coerce
        .number()
        .int()
        .min(0)
        .optional()
        .openapi({ description: 'Units available.' }),
    }),
  },
  responses: {
    200: {
      description: 'Units available, the fewest first',
      content: { 'application/json': { schema: z.object({ stock: z.array(Stock) }) } },
    },
    ...always,
  },
});

export function goodsRoutes({ app }: ShopApiOptions): OpenAPIHono {
  const routes = documentedRoutes();

  routes.openapi(products, async (context) => {
    const found = await app.read(priceList).find({ limit: context.req.valid('query').limit });
    const shown = await Promise.all(found.map((each) => withStock(app, each)));
    return context.json({ products: shown }, 200);
  });

  routes.openapi(product, async (context) => {
    const { productId } = context.req.valid('param');
    const found = await app.read(priceList).get(productCode(productId));
    if (found !== undefined) return context.json(await withStock(app, found), 200);
    throw new RequestProblemError('product-unknown', `There is no product "${productId}".`);
  });

  routes.openapi(shelves, async (context) => {
    const { limit: atMostShelves, atMost } = context.req.valid('query');
    const stock = await app.read(stockLevels).find({
      orderBy: { available: 'ascending' },
      limit: atMostShelves,
      ...(atMost === undefined ? {} : { where: { available: { atMost } } }),
    });
    return context.json({ stock: [...stock] }, 200);
  });

  return routes;
}

/**
 * Two contexts tell of it: price and words are Ordering's copy, the shelf is Inventory's, which
 * fills it when the product is first asked for.
 */
async function withStock(app: ShopApp, listed: ListedProduct): Promise<z.infer<typeof Product>> {
  const level = await app.read(stockLevels).get(listed.productId);
  return { ...listed, available: level?.available ?? initialUnits };
}
