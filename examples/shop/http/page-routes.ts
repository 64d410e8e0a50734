/** The live page: files as they are, read once, that ask nobody but the shop for anything. */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { Hono } from 'hono';

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const headers = {
  'cache-control': 'no-cache',
  'content-security-policy': "default-src 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
};

export function pageRoutes(): Hono {
  const routes = new Hono();
  const folder = join(import.meta.dirname, 'page');
  for (const name of readdirSync(folder)) {
    const type = mediaTypes[extname(name)];
    if (type === undefined) continue;
    const text = readFileSync(join(folder, name), 'utf8');
    const path = name === 'page.html' ? '/' : `/${name}`;
    routes.get(path, (context) => context.body(text, 200, { ...headers, 'content-type': type }));
  }
  return routes;
}
