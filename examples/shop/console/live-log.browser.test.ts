/** The log, live: what is appended while somebody looks comes in at the top, only what they chose, until they pause it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { noBrowser } from '../http/browser-fixture.ts';
import { goods } from '../http/shop-fixture.ts';
import { TestGateway, place } from '../shop-fixture.ts';
import { type WatchedShop, looking, openWatchedShop } from './console-fixture.ts';

describe('a live log', { skip: noBrowser }, () => {
  let shop: WatchedShop;

  before(async () => {
    shop = await openWatchedShop(new TestGateway());
  });
  after(() => shop?.close());

  test('shows what is there, and above it what is appended while somebody looks', async () => {
    await order('before');
    await looking(shop, async (page) => {
      await page.goto(`${shop.console}#/log`);
      await rowOf(page, 'before').waitFor();
      await live(page).click();
      await rowOf(page, 'before').waitFor();

      await order('now');

      await rowOf(page, 'now').waitFor();
      const rows = await page.locator('[data-record]').allTextContents();
      const placeOf = (id: string): number =>
        rows.findIndex((row) => row.includes(`OrderMarkedShipped${id}`));
      assert.ok(placeOf('now') < placeOf('before'), rows.join('\n'));
      assert.equal(new Set(rows).size, rows.length, 'none comes twice');
    });
  });

  test('shows only what was chosen, of what was there and of what comes', async () => {
    await order('there');
    await looking(shop, async (page) => {
      await page.goto(`${shop.console}#/log?live=yes`);
      await rowOf(page, 'there').waitFor();
      await page.getByRole('combobox', { name: 'Type' }).fill('fulfilment.OrderShipped');
      await page.keyboard.press('Enter');
      await page.getByLabel('Context').selectOption('fulfilment');
      await rowOf(page, 'there').waitFor({ state: 'detached' });

      await order('comes');

      for (const id of ['there', 'comes'])
        await page.locator('[data-record]', { hasText: `fulfilment.OrderShipped${id}` }).waitFor();
      const rows = await page.locator('[data-record]').allTextContents();
      for (const row of rows) assert.match(row, /fulfilmentpublished fulfilment\.OrderShipped/);

      await page.getByRole('searchbox', { name: 'Key' }).fill('comes');
      await page.keyboard.press('Enter');
      await page.locator('[data-record]', { hasText: 'there' }).waitFor({ state: 'detached' });
      await page.locator('[data-record]', { hasText: 'comes' }).waitFor();
    });
  });

  test('that is paused stands still while others see what comes, and goes on when it is live again', async () => {
    await order('earlier');
    await looking(shop, async (page) => {
      await page.goto(`${shop.console}#/log?live=yes`);
      await rowOf(page, 'earlier').waitFor();
      await live(page).click();
      await page.locator('button.live[aria-pressed="false"]').waitFor();
      await rowOf(page, 'earlier').waitFor();

      await looking(shop, async (other) => {
        await other.goto(`${shop.console}#/log?live=yes`);
        await rowOf(other, 'earlier').waitFor();
        await order('meanwhile');
        await rowOf(other, 'meanwhile').waitFor();
      });
      assert.equal(await rowOf(page, 'meanwhile').count(), 0);

      await live(page).click();
      await rowOf(page, 'meanwhile').waitFor();
      await order('afterwards');
      await rowOf(page, 'afterwards').waitFor();
    });
  });

  async function order(orderId: string): Promise<void> {
    const lines = [[goods[0]!.productId, 1, goods[0]!.unitPriceMils]] as const;
    await place(shop.app, orderId, { lines, occurredAt: new Date().toISOString() });
    await shop.app.settled();
  }
});

function live(page: Page): Locator {
  return page.getByRole('button', { name: 'live' });
}

/** The last event of an order. */
function rowOf(page: Page, orderId: string): Locator {
  return page.locator('[data-record]', { hasText: `OrderMarkedShipped${orderId}` });
}
