/** Between the page and the application something answers 503 for a while, as it does while a new release starts. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request as ask, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { noBrowser, visit, type Look } from '../http/browser-fixture.ts';
import { goods } from '../http/shop-fixture.ts';
import { TestGateway, place } from '../shop-fixture.ts';
import { openWatchedShop, type WatchedShop } from './console-fixture.ts';

const wide: Look = { width: 1280, colorScheme: 'light' };

describe('a page whose application does not answer for a while', { skip: noBrowser }, () => {
  let shop: WatchedShop;
  let between: Between;
  before(async () => {
    shop = await openWatchedShop(new TestGateway());
    between = await startBetween(shop.console);
  });
  after(async () => {
    await between?.close();
    await shop?.close();
  });

  test('says so, hears again by itself, and its live log has missed nothing', async () => {
    const { page, close } = await visit(shop.browser, between.console, wide);
    const rowOf = (orderId: string) =>
      page.locator('[data-record]', { hasText: 'OrderPlaced' }).filter({ hasText: orderId });
    try {
      await page.goto(`${between.console}#/log?live=yes`);
      await page.getByText('came since you watch').waitFor();
      await order('seen-1');
      await rowOf('seen-1').first().waitFor();

      between.goAway();
      await order('unseen-2');
      await page
        .getByRole('status')
        .getByText('The application cannot be reached.')
        .first()
        .waitFor();
      assert.equal(await rowOf('unseen-2').count(), 0);
      between.comeBack();

      await rowOf('unseen-2').first().waitFor();
      await page.getByText('contexts running').waitFor();
      await page.getByText('0 of them left out').waitFor();
    } finally {
      await close();
    }
  });

  async function order(orderId: string): Promise<void> {
    const { productId, unitPriceMils } = goods[0]!;
    const lines = [[productId, 1, unitPriceMils]] as const;
    await place(shop.app, orderId, { lines, occurredAt: new Date().toISOString() });
    await shop.app.settled();
  }
});

interface Between {
  readonly console: string;
  readonly goAway: () => void;
  readonly comeBack: () => void;
  readonly close: () => Promise<void>;
}

/** Passes on what is asked, or else answers 503 and breaks off what was being told. */
async function startBetween(target: string): Promise<Between> {
  let isAway = false;
  const { origin, pathname } = new URL(target);
  const server = createServer((incoming, answer) => {
    if (isAway) return void answer.writeHead(503).end('A new release starts.');
    const { method = 'GET', url = '/', headers } = incoming;
    const passed = ask(`${origin}${url}`, { method, headers }, (told) => {
      answer.writeHead(told.statusCode ?? 500, told.headers);
      told.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    answer.on('close', () => passed.destroy());
    incoming.pipe(passed);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    console: `http://localhost:${port}${pathname}`,
    goAway: () => {
      isAway = true;
      server.closeAllConnections();
    },
    comeBack: () => (isAway = false),
    close: () => ended(server),
  };
}

async function ended(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
