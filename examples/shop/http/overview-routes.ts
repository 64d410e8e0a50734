/** How the shop does, over HTTP: for the page, for an alert, for a readiness probe. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { documentedRoutes } from './documented-routes.ts';
import { Overview, overviewOf } from './overview.ts';
import { always } from './problem-answers.ts';
import type { ShopApiOptions } from './shop-api-options.ts';

const overview = createRoute({
  method: 'get',
  path: '/overview',
  tags: ['Shop'],
  summary: 'How the shop stands',
  description: 'Orders by status, money, stock, what is retried or parked, and the latest orders.',
  responses: {
    200: { description: 'Figures of now', content: { 'application/json': { schema: Overview } } },
    ...always,
  },
});

export function overviewRoutes(options: ShopApiOptions): OpenAPIHono {
  const routes = documentedRoutes();
  routes.openapi(overview, async (context) => {
    context.header('cache-control', 'no-store');
    return context.json(await overviewOf(options), 200);
  });
  return routes;
}
