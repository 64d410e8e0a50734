/** The live page: three files as they are, read once, with no request to anywhere else. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Hono } from 'hono';

const files = {
  '/': { name: 'page.html', type: 'text/html; charset=utf-8' },
  '/page.css': { name: 'page.css', type: 'text/css; charset=utf-8' },
  '/page.js': { name: 'page.js', type: 'text/javascript; charset=utf-8' },
} as const;

const headers = {
  'cache-control': 'no-cache',
  'content-security-policy': "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
};

export function pageRoutes(): Hono {
  const routes = new Hono();
  for (const [path, { name, type }] of Object.entries(files)) {
    const text = readFileSync(join(import.meta.dirname, 'page', name), 'utf8');
    routes.get(path, (context) => context.body(text, 200, { ...headers, 'content-type': type }));
  }
  return routes;
}
