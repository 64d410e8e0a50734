/**
 * Billing is stopped: the others go on, and its backlog grows on the map. It comes back, and all of it
 * drains. The console is beside them, on the same files.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { run, silent, type Application } from 'thereupon';
import { serveConsole, type ServedConsole } from 'thereupon/console';
import { sqlite } from 'thereupon/sqlite';
import { contexts } from '../contexts.ts';
import { noBrowser, openBrowser, visit, type Look } from '../http/browser-fixture.ts';
import { goods, setPrices } from '../http/shop-fixture.ts';
import { orderBook } from '../ordering/order-book.ts';
import { TestGateway, place } from '../shop-fixture.ts';

const wide: Look = { width: 1280, colorScheme: 'light' };
const others = contexts.map(({ name }) => name).filter((name) => name !== 'billing');

describe('while Billing is stopped', { skip: noBrowser }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'shop-console-'));
  const store = sqlite(directory);
  const dependencies = { gateway: new TestGateway() };
  let shop: Application;
  let served: ServedConsole;
  let browser: Browser;

  before(async () => {
    // Billing was there once: somebody who never ran has nothing behind it.
    const all = await run(contexts, { store, dependencies, logger: silent });
    await setPrices(all, goods);
    await all.settled();
    await all.stop();
    shop = await run(contexts, { store, dependencies, logger: silent, only: others });
    served = await serveConsole({ contexts, store }, { port: 0 });
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await served?.close();
    await shop?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  test('its backlog grows on the map, and drains when it returns', async () => {
    const { page, complaints, close } = await visit(browser, served.url, wide);
    try {
      await page.locator('[data-context="billing"]', { hasText: 'stopped' }).first().waitFor();
      await orders(1, 5);
      const few = await backlogAbove(page, 4);
      await orders(6, 20);
      const more = await backlogAbove(page, few);
      assert.ok(more > few);

      const billing = await run(contexts, {
        store,
        dependencies,
        logger: silent,
        only: ['billing'],
      });
      try {
        await page.locator('[data-context="billing"]', { hasText: 'running' }).first().waitFor();
        await page
          .locator('[data-context="billing"]', { hasText: 'nothing behind' })
          .first()
          .waitFor();
        await shipped('o-20');
      } finally {
        await billing.stop();
      }
      assert.deepEqual(complaints, []);
    } finally {
      await close();
    }
  });

  async function orders(from: number, to: number): Promise<void> {
    const { productId, unitPriceMils } = goods[0]!;
    const occurredAt = new Date().toISOString();
    for (let number = from; number <= to; number += 1)
      await place(shop, `o-${number}`, { lines: [[productId, 1, unitPriceMils]], occurredAt });
  }

  async function shipped(orderId: string): Promise<void> {
    while ((await shop.read(orderBook).get(orderId))?.status !== 'shipped')
      await new Promise((resolve) => setTimeout(resolve, 50));
  }
});

/** What the map says is behind at Billing, once that is more than so many. */
async function backlogAbove(page: Page, count: number): Promise<number> {
  for (;;) {
    const text = (await page.locator('[data-context="billing"]').first().textContent()) ?? '';
    const behind = Number(/([\d,]+) behind/.exec(text)?.[1]?.replaceAll(',', '') ?? 0);
    if (behind > count) return behind;
    await page.waitForTimeout(100);
  }
}
