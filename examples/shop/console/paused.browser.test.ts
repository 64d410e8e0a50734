/** A subscription is paused at the console, which the map then says, and goes on again. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { noBrowser, visit, type Look } from '../http/browser-fixture.ts';
import { goods } from '../http/shop-fixture.ts';
import { orderBook } from '../ordering/order-book.ts';
import { TestGateway, place } from '../shop-fixture.ts';
import { type WatchedShop, openWatchedShop } from './console-fixture.ts';

const wide: Look = { width: 1280, colorScheme: 'light' };

describe('a paused subscription', { skip: noBrowser }, () => {
  const gateway = new TestGateway();
  let shop: WatchedShop;

  before(async () => {
    shop = await openWatchedShop(gateway);
  });
  after(() => shop?.close());

  test('is told on the map, holds back what comes, and catches up when it is resumed', async () => {
    const { page, complaints, close } = await visit(shop.browser, shop.console, wide);
    const decide = async (verb: 'Pause' | 'Resume', why: string): Promise<void> => {
      await page.goto(`${shop.console}#/subscriptions/billing/follow%20the%20order`);
      await page.getByRole('button', { name: `${verb} …` }).click();
      await page.locator('textarea[name="why"]').fill(why);
      await page.locator('dialog').getByRole('button', { name: verb, exact: true }).click();
    };
    try {
      await decide('Pause', 'the bank is closed');
      await page.goto(`${shop.console}#/map`);
      await page.locator('[data-context="billing"] [data-waiting="paused"]').first().waitFor();
      const lines = [[goods[0]!.productId, 1, goods[0]!.unitPriceMils]] as const;
      await place(shop.app, 'o-1', { lines, occurredAt: new Date().toISOString() });
      await page
        .locator('[data-context="billing"]', { hasText: /\d behind/ })
        .first()
        .waitFor();
      assert.equal(gateway.charges.size, 0);

      await decide('Resume', 'it is open again');

      await shop.app.settled();
      assert.equal((await shop.app.read(orderBook).get('o-1'))?.status, 'shipped');
      assert.deepEqual(complaints, []);
    } finally {
      await close();
    }
  });
});
