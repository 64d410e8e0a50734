/**
 * The shop over HTTP: a Hono application with `fetch`, so it is served by any server, and asked
 * without one in tests.
 *
 *     const api = shopApi({ app, gateway, newId: randomUUID });
 *     serve({ fetch: api.fetch, port });
 */
import { OpenAPIHono } from '@hono/zod-openapi';
import { consoleFor } from 'thereupon/console';
import { gatewayRoutes } from './gateway-routes.ts';
import { goodsRoutes } from './goods-routes.ts';
import { orderRoutes } from './order-routes.ts';
import { overviewRoutes } from './overview-routes.ts';
import { pageRoutes } from './page-routes.ts';
import { answerProblem, RequestProblemError } from './problem.ts';
import { limitBody, requireJson } from './request-guards.ts';
import type { ShopApiOptions } from './shop-api-options.ts';

export function shopApi(options: ShopApiOptions): OpenAPIHono {
  const api = new OpenAPIHono();
  // Before the shop's own guards: the console has its own.
  if (options.watched !== undefined) api.mount('/console', consoleFor(options.watched));
  api.use(limitBody, requireJson);
  api.route('/', orderRoutes(options));
  api.route('/', goodsRoutes(options));
  api.route('/', overviewRoutes(options));
  api.route('/', gatewayRoutes(options));
  api.route('/', pageRoutes());
  api.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'Thereupon shop',
      version: '1.0.0',
      description: 'Orders, from the basket to the parcel. Errors are problems as RFC 9457 says.',
    },
  });
  api.notFound((context) => {
    const { path } = context.req;
    const detail = `There is nothing at ${path}; what there is, /openapi.json tells.`;
    return answerProblem(context, new RequestProblemError('no-such-path', detail));
  });
  const report = options.reportError ?? ((error) => console.error(error));
  api.onError((error, context) => {
    const answer = answerProblem(context, error);
    if (answer.status === 500) report(error);
    return answer;
  });
  return api;
}
