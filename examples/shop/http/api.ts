/**
 * The shop over HTTP: a Hono application with `fetch`, so it is served by any server and asked
 * without one in tests.
 *
 *     const api = shopApi({ app, newId: randomUUID });
 *     serve({ fetch: api.fetch, port });
 */
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Application } from 'thereupon';
import { RequestProblemError, answerProblem } from './problem.ts';

export interface ShopApiOptions {
  /** The running shop. */
  readonly app: Application;
  /** Makes the key of an order that was placed without an Idempotency-Key. */
  readonly newId: () => string;
}

export function shopApi(_options: ShopApiOptions): OpenAPIHono {
  const api = new OpenAPIHono();
  api.get('/', (context) => context.html('<!doctype html><title>Thereupon shop</title>'));
  api.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: { title: 'Thereupon shop', version: '1.0.0' },
  });
  api.notFound((context) =>
    answerProblem(
      context,
      new RequestProblemError(
        'no-such-path',
        `There is nothing at ${context.req.path}; what there is, /openapi.json tells.`,
      ),
    ),
  );
  api.onError((error, context) => answerProblem(context, error));
  return api;
}
