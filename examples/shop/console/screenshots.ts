/**
 * The pictures of docs/console.md, taken of a shop with shoppers in it:
 *
 *     npx vite build console && node -C thereupon-source examples/shop/console/screenshots.ts
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { run, silent } from 'thereupon';
import { serveConsole } from 'thereupon/console';
import { sqlite } from 'thereupon/sqlite';
import { keepPricesIn } from '../catalogue/keep-prices.ts';
import { contexts } from '../contexts.ts';
import { openBrowser, visit, type Look } from '../http/browser-fixture.ts';
import { goods } from '../http/shop-fixture.ts';
import { orderBook } from '../ordering/order-book.ts';
import { seededDice } from '../replay/dice.ts';
import { goShopping } from '../shoppers.ts';
import { place } from '../shop-fixture.ts';
import { LimitedGateway } from './console-fixture.ts';

const images = join(import.meta.dirname, '..', '..', '..', 'docs', 'images');
const light: Look = { width: 1280, colorScheme: 'light' };
const dark: Look = { width: 1280, colorScheme: 'dark' };
const telephone: Look = { width: 400, colorScheme: 'dark' };

/** The rates on the map are of the last ten seconds. */
const BUSY_MS = 12_000;
const RATE = 2;

// The pictures show what the store is called.
const directory = mkdtempSync(join(tmpdir(), 'shop-pictures-'));
process.chdir(directory);
const gateway = new LimitedGateway();
const dependencies = { gateway };
const app = await run(contexts, { store: sqlite('data'), dependencies, logger: silent });
const served = await serveConsole(app, {
  port: 0,
  authenticate: () => ({ name: 'ada', role: 'operator' }),
});
const browser = await openBrowser();
const closing = new AbortController();
const shopping = goShopping(app, {
  keepPrices: keepPricesIn(app),
  dice: seededDice(1912),
  rate: RATE,
  run: '1',
  now,
  signal: closing.signal,
});
try {
  await order('536365', 6);
  await shipped('536365');
  await pictures(light, async (page, shoot) => {
    await see(page, '/map', '[data-context="billing"]');
    await wait(BUSY_MS);
    await shoot('map', '.map-legend');
    await see(page, '/map/billing', 'text=charge the card');
    await wait(BUSY_MS / 4);
    await shoot('context', '.map-section');
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
    await see(page, '/parked', '.empty');
    await shoot('empty');
  });
  await pictures(dark, async (page, shoot) => {
    await see(page, '/map', '[data-context="billing"]');
    await wait(BUSY_MS);
    await shoot('map-dark', '.map-legend');
  });
  await pictures(telephone, async (page, shoot) => {
    await see(page, '/map', '[data-context="billing"]');
    await wait(BUSY_MS);
    await shoot('400', '.map-legend');
  });
  await pictures(light, async (page, shoot) => {
    await order('536366', 100);
    await order('536367', 90);
    await see(page, '/parked', '[data-error="AmountError"]');
    await page.getByRole('link', { name: '536366' }).first().click();
    await see(page, undefined, '.parked-page');
    await shoot('parked');
  });
  gateway.isOff = true;
  await pictures(light, async (page, shoot) => {
    await see(page, '/map', '[data-context="billing"]');
    await wait(BUSY_MS);
    await shoot('broken', '.map-legend');
  });
} finally {
  closing.abort();
  await shopping;
  gateway.isOff = false;
  await browser.close();
  await served.close();
  await app.stop();
  process.chdir(tmpdir());
  rmSync(directory, { recursive: true });
}

/** With `downTo` the picture is as high as that needs. */
type Shoot = (name: string, downTo?: string) => Promise<void>;

async function pictures(
  look: Look,
  take: (page: Page, shoot: Shoot) => Promise<void>,
): Promise<void> {
  const { page, close } = await visit(browser, served.url, look);
  await page.setViewportSize({ width: look.width, height: 800 });
  await take(page, async (name, downTo) => {
    if (downTo !== undefined) await page.setViewportSize({ width: look.width, height: 3_000 });
    const last = downTo === undefined ? null : await page.locator(downTo).first().boundingBox();
    const height = last === null ? 800 : Math.ceil(last.y + last.height) + 16;
    await page.setViewportSize({ width: look.width, height });
    // What was clicked last would be drawn as pointed at.
    await page.mouse.move(0, 0);
    await wait(500);
    await page.screenshot({ path: join(images, `console-${name}.png`) });
    await page.setViewportSize({ width: look.width, height: 800 });
  });
  await close();
}

/** Goes there, if somewhere, and waits for what is to be seen. */
async function see(page: Page, at: string | undefined, what: string): Promise<void> {
  if (at !== undefined) await page.goto(`${served.url}#${at}`);
  await page.locator(what).first().waitFor();
  // What it asks for beside that has come, and what moves stands still.
  await wait(1_000);
}

async function order(orderId: string, quantity: number): Promise<void> {
  const { productId, unitPriceMils } = goods[1]!;
  const lines = [[productId, quantity, unitPriceMils]] as const;
  await place(app, orderId, { lines, occurredAt: now() });
}

async function shipped(orderId: string): Promise<void> {
  while ((await app.read(orderBook).get(orderId))?.status !== 'shipped') await wait(100);
}

function now(): string {
  return new Date().toISOString();
}
