/**
 * An order that cannot be handled: the gateway takes no single payment of more than a thousand pounds.
 * A person finds it from the map, mends a copy, and has it tried again; other orders are not held up.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { noBrowser, visit, type Look } from '../http/browser-fixture.ts';
import { goods } from '../http/shop-fixture.ts';
import { orderBook } from '../ordering/order-book.ts';
import { place } from '../shop-fixture.ts';
import { LimitedGateway, type WatchedShop, openWatchedShop } from './console-fixture.ts';

const wide: Look = { width: 1280, colorScheme: 'light' };
describe('a poison order', { skip: noBrowser }, () => {
  const gateway = new LimitedGateway();
  let shop: WatchedShop;

  before(async () => {
    shop = await openWatchedShop(gateway);
  });
  after(() => shop?.close());

  test('is found from the map in three clicks, mended and redriven', async () => {
    await orderOf('small', 1);
    await orderOf('poison', 100);
    await orderOf('later', 2);
    await shop.app.settled().catch(() => undefined);
    assert.equal((await shop.app.parked()).length, 1);

    const { page, complaints, close } = await visit(shop.browser, shop.console, wide);
    try {
      // The map shows where it is.
      await page.locator('[data-context="billing"] [data-waiting="parked"]').first().click();
      await page.getByRole('button', { name: 'AmountError' }).waitFor();
      await page.getByRole('link', { name: 'poison' }).first().click();
      await page.getByText('The gateway takes at most £1,000 at once').first().waitFor();

      await page.getByRole('button', { name: 'Edit a copy …' }).click();
      const copy = page.locator('textarea[name="copy"]');
      const data = JSON.parse(await copy.inputValue()) as { amountPence: number };
      await copy.fill(JSON.stringify({ ...data, amountPence: 90_000 }));
      await page.getByRole('button', { name: 'Redrive with it …' }).click();
      await page.locator('textarea[name="why"]').fill('the rest is paid by transfer');
      await page.locator('[data-dialog="redrive"] button[type="submit"]').click();
      await page.getByRole('button', { name: 'Close' }).click();

      await shop.app.settled();
      await page.goto(`${shop.console}#/parked`);
      await page.getByText('Audit trail').click();
      await page.getByText('the rest is paid by transfer').waitFor();
      // Once it is handled, the page asks for it in vain, and says so.
      assert.deepEqual(
        complaints.filter((complaint) => !complaint.includes('404 (Not Found)')),
        [],
      );
    } finally {
      await close();
    }
    assert.deepEqual(await shop.app.parked(), []);
    const charged = [...gateway.charges.values()].find(({ orderId }) => orderId === 'poison');
    assert.equal(charged?.amountPence, 90_000);
    for (const orderId of ['small', 'poison', 'later'])
      assert.equal((await shop.app.read(orderBook).get(orderId))?.status, 'shipped', orderId);
  });

  async function orderOf(orderId: string, quantity: number): Promise<void> {
    const { productId, unitPriceMils } = goods[1]!;
    const lines = [[productId, quantity, unitPriceMils]] as const;
    await place(shop.app, orderId, { lines, occurredAt: new Date().toISOString() });
  }
});
