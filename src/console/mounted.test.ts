/** A console in a server of the application's own, as docs/console.md says. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type RequestListener, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { type ClientAddress, createRequestListener } from '@remix-run/node-fetch-server';
import { memory } from '../adapters/memory/memory-store.ts';
import { twoContexts } from '../inspection/fixtures/two-contexts.ts';
import type { About } from './api.ts';
import { type ConsoleHandler, consoleFor } from './console.ts';
import { eventsOf } from './fixtures/watched.ts';
import { OWN_HEADER } from './same-site.ts';

const config = { contexts: twoContexts().contexts, store: memory() };

test('in plain Node the page, its files, its questions, its actions and its feeds are there', async () => {
  const handler = consoleFor(config);
  const listener = listenerOf(handler);
  await serving(listener, async (server) => {
    const page = await fetch(`${server}/console`);
    const [script] = /assets\/[^"]+\.js/.exec(await page.text()) ?? [];
    const file = await fetch(`${server}/console/${script}`);
    const about = await fetch(`${server}/console/api/about`);
    const feed = await fetch(`${server}/console/api/pulse`);
    const action = await fetch(`${server}/console/api/pause`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json', [OWN_HEADER]: '1', origin: server },
    });

    assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
    assert.equal(file.status, 200);
    assert.equal(((await about.json()) as About).role, 'operator');
    assert.equal((await eventsOf(feed).next()).value?.event, 'pulse');
    // Its body was read: it says which field is missing.
    assert.match(await action.text(), /\\"why\\" is missing/);
    handler.close();
  });
});

test('a server that takes off the path under which it is mounted finds all the same', async () => {
  const handler = consoleFor(config, { path: '/ops' });
  const listener = listenerOf(handler);
  const mounted: RequestListener = (request, response) => {
    request.url = request.url?.replace(/^\/ops/, '') || '/';
    listener(request, response);
  };
  await serving(mounted, async (server) => {
    const page = await fetch(`${server}/ops`);
    const about = await fetch(`${server}/ops/api/about`);

    assert.match(await page.text(), /<base href="\/ops\/"/);
    assert.equal(about.status, 200);
  });
});

function listenerOf(handler: ConsoleHandler): RequestListener {
  return createRequestListener((request: Request, client: ClientAddress) =>
    handler(request, client),
  );
}

async function serving(
  listener: RequestListener,
  look: (server: string) => Promise<void>,
): Promise<void> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await look(`http://localhost:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
