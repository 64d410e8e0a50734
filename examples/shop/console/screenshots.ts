/**
 * The pictures of docs/console.md, taken of a shop with shoppers in it:
 *
 *     npx vite build console && node -C thereupon-source examples/shop/console/screenshots.ts
 */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { keepPricesIn } from '../catalogue/keep-prices.ts';
import { openBrowser, visit, type Look } from '../http/browser-fixture.ts';
import { goods, startTestShop } from '../http/shop-fixture.ts';
import { orderBook } from '../ordering/order-book.ts';
import { seededDice } from '../replay/dice.ts';
import { serveHttp } from '../serve-http.ts';
import type { ShopApp } from '../shop-app.ts';
import { goShopping } from '../shoppers.ts';
import { place } from '../shop-fixture.ts';
import { LimitedGateway, consoleOf } from './console-fixture.ts';

const images = join(import.meta.dirname, '..', '..', '..', 'docs', 'images');
const light: Look = { width: 1280, colorScheme: 'light' };
const dark: Look = { width: 1280, colorScheme: 'dark' };
const telephone: Look = { width: 400, colorScheme: 'dark' };

/** The rates on the map are of the last ten seconds. */
const BUSY_MS = 12_000;
const RATE = 2;

/** How high a picture is; a map needs more. */
const USUAL = 800;
const TALL = 1_100;
const SETTLED_MS = 1_500;

const gateway = new LimitedGateway();
const shop = await startTestShop(gateway);
const served = await serveHttp({ app: shop.app, watched: shop.app, gateway }, 0);
const browser = await openBrowser();
const closing = new AbortController();
let shopping = Promise.resolve();
try {
  await pictures(light, async (page, shoot) => {
    await see(page, '/parked', '.empty');
    await shoot('empty');
    await order('536366', 100);
    await order('536367', 90);
    await see(page, '/parked?context=billing', '.group[data-context="billing"]');
    await page.getByRole('link', { name: '536366' }).first().click();
    await see(page, undefined, '.parked-page');
    await shoot('parked');
  });
  await shop.app.discard({}, { who: 'photographer', why: 'the next pictures show none' });
  shopping = goShopping(shop.app, {
    keepPrices: keepPricesIn(shop.app),
    dice: seededDice(1912),
    rate: RATE,
    run: '',
    now,
    signal: closing.signal,
  });
  await order('536365', 6);
  await shipped(shop.app, '536365');
  await pictures(light, async (page, shoot) => {
    await see(page, '/map', '[data-context="billing"]');
    await wait(BUSY_MS);
    await shoot('map', { height: TALL });
    await see(page, '/map/billing', 'text=charge the card');
    await wait(BUSY_MS / 4);
    await shoot('context', { height: TALL });
    await see(page, '/trace/order/536365', '[data-record][data-context="billing"]');
    await page.locator('[data-record][data-context="billing"]').first().click();
    await page.locator('section.record-details').waitFor();
    await shoot('trace');
    await see(page, '/log', '[data-record]');
    await shoot('log');
    await see(page, '/log/order%2F536365?context=ordering&version=3', '[data-change]');
    await shoot('stream');
    await see(page, '/subscriptions', '[data-subscription="charge the card"]');
    await wait(BUSY_MS / 2);
    await shoot('subscriptions');
  });
  await pictures(dark, async (page, shoot) => {
    await see(page, '/map', '[data-context="billing"]');
    await wait(BUSY_MS);
    await shoot('map-dark', { height: TALL });
  });
  await pictures(telephone, async (page, shoot) => {
    await see(page, '/map', '[data-context="billing"]');
    await wait(BUSY_MS);
    await shoot('400', { height: TALL });
  });
  gateway.isOff = true;
  await pictures(light, async (page, shoot) => {
    await see(page, '/map', '[data-context="billing"]');
    await wait(BUSY_MS);
    await shoot('broken', { height: TALL });
  });
} finally {
  closing.abort();
  await shopping;
  gateway.isOff = false;
  await browser.close();
  await served.close();
  await shop.stop();
}

type Shoot = (name: string, options?: { readonly height?: number }) => Promise<void>;

async function pictures(
  look: Look,
  take: (page: Page, shoot: Shoot) => Promise<void>,
): Promise<void> {
  const { page, close } = await visit(browser, consoleOf(served), look);
  await take(page, async (name, { height = USUAL } = {}) => {
    await page.setViewportSize({ width: look.width, height });
    // A map fits itself in anew.
    await wait(SETTLED_MS);
    await page.screenshot({ path: join(images, `console-${name}.png`) });
  });
  await close();
}

/** Goes there, if somewhere, and waits for what is to be seen. */
async function see(page: Page, at: string | undefined, what: string): Promise<void> {
  if (at !== undefined) await page.goto(`${consoleOf(served)}#${at}`);
  await page.locator(what).first().waitFor();
  // What it asks for beside that has come, and what moves stands still.
  await wait(SETTLED_MS);
}

async function order(orderId: string, quantity: number): Promise<void> {
  const { productId, unitPriceMils } = goods[1]!;
  const lines = [[productId, quantity, unitPriceMils]] as const;
  await place(shop.app, orderId, { lines, occurredAt: now() });
}

async function shipped(app: ShopApp, orderId: string): Promise<void> {
  while ((await app.read(orderBook).get(orderId))?.status !== 'shipped') await wait(100);
}

function now(): string {
  return new Date().toISOString();
}
