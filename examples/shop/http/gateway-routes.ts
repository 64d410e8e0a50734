/** The payment gateway's switch over HTTP: off for a while, as a provider's outage would be, and on. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { documentedRoutes } from './documented-routes.ts';
import { always, alwaysWithBody } from './problem-answers.ts';
import { GatewayStatus } from './representations.ts';
import type { ShopApiOptions } from './shop-api-options.ts';

const tags = ['Shop'];
const Gateway = z.object({ status: GatewayStatus }).openapi('Gateway');
const Switch = z.strictObject({ status: z.enum(['on', 'off']) }).openapi('GatewaySwitch');
const now = {
  description: 'How it is now',
  content: { 'application/json': { schema: Gateway } },
} as const;

const look = createRoute({
  method: 'get',
  path: '/gateway',
  tags,
  summary: 'Whether the payment gateway is on',
  responses: { 200: now, ...always },
});

const turn = createRoute({
  method: 'put',
  path: '/gateway',
  tags,
  summary: 'Switch the payment gateway off or on',
  description:
    'Off, it answers each charge and refund with 503. Billing pauses and tries now and then; ' +
    'nothing is parked and nothing is lost, and it goes on within half a minute of the gateway.',
  request: { body: { required: true, content: { 'application/json': { schema: Switch } } } },
  responses: { 200: now, ...alwaysWithBody },
});

export function gatewayRoutes({ gateway }: ShopApiOptions): OpenAPIHono {
  const routes = documentedRoutes();
  routes.openapi(look, (context) => context.json({ status: gateway.status }, 200));
  routes.openapi(turn, async (context) => {
    await gateway.switchTo(context.req.valid('json').status);
    return context.json({ status: gateway.status }, 200);
  });
  return routes;
}
