/**
 * Two orders wait for their payment, each with a deadline that a process manager has set. A person looks at one of them,
 * lets its timer fire now, and takes the other one's away.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { noBrowser } from '../http/browser-fixture.ts';
import { goods } from '../http/shop-fixture.ts';
import { paymentDeadline } from '../ordering/payment-deadline.ts';
import { TestGateway, place } from '../shop-fixture.ts';
import { type WatchedShop, looking, openWatchedShop } from './console-fixture.ts';

describe('orders that wait for their payment', { skip: noBrowser }, () => {
  const gateway = new TestGateway();
  let shop: WatchedShop;

  before(async () => {
    shop = await openWatchedShop(gateway);
    gateway.hold();
    const { productId, unitPriceMils } = goods[0]!;
    const lines = [[productId, 1, unitPriceMils]] as const;
    for (const orderId of ['o-1', 'o-2'])
      await place(shop.app, orderId, { lines, occurredAt: new Date().toISOString() });
  });
  after(() => {
    gateway.letGo();
    return shop?.close();
  });

  test('are shown with their state, their timer and what has happened', async () => {
    await looking(shop, async (page) => {
      await page.goto(`${shop.console}#/processes`);
      const manager = page.locator('[data-process="payment deadline"]');
      await manager.getByRole('link', { name: 'o-1' }).click();
      const instance = page.locator('article[data-process="payment deadline"][data-key="o-1"]');
      await instance.getByRole('group', { name: 'the state' }).getByText('"o-1"').waitFor();
      await instance.locator('[data-timer]', { hasText: 'PaymentOverdue' }).waitFor();
      const began = instance.locator('.history li', { hasText: 'began it' });
      await began.getByRole('link', { name: 'inventory.StockReserved' }).waitFor();
      assert.match((await began.textContent()) ?? '', /ordering.*incoming, began it/);
      await instance.locator('.history li', { hasText: 'OrderPlaced' }).first().waitFor();
    });
  });

  test('are cancelled when a person lets the timer fire, and wait for ever when they take it away', async () => {
    await looking(shop, async (page) => {
      await page.goto(`${shop.console}#/processes/timers`);
      await page.getByRole('button', { name: 'Fire now: PaymentOverdue of o-1' }).click();
      const fire = page.getByRole('dialog', { name: 'Fire PaymentOverdue of o-1 now' });
      await fire.getByLabel('Why').fill('she has called');
      await fire.getByRole('button', { name: 'Fire now' }).click();
      await page
        .getByRole('button', { name: /of o-1/ })
        .first()
        .waitFor({ state: 'detached' });

      await page.getByRole('button', { name: 'Cancel: PaymentOverdue of o-2' }).click();
      const cancel = page.getByRole('dialog', { name: 'Cancel PaymentOverdue of o-2' });
      await cancel.getByText('It never fires').waitFor();
      await cancel.getByLabel('Why').fill('she pays tomorrow');
      await cancel.getByRole('button', { name: 'Cancel it' }).click();
      await page.getByText('No timer is set').waitFor();

      // Its process goes on, and is told to have no timer any more.
      await page.getByRole('link', { name: 'Processes', exact: true }).click();
      const left = page.locator('[data-process="payment deadline"] [data-key="o-2"]');
      await left.waitFor();
      assert.doesNotMatch((await left.textContent()) ?? '', /PaymentOverdue/);
      await left.getByRole('link').click();
      await page.getByText('None is set now. It may set PaymentOverdue.').waitFor();
      await page.goto(`${shop.console}#/parked?tab=audit`);
      for (const why of ['she has called', 'she pays tomorrow'])
        await page.locator('[data-operation]', { hasText: why }).waitFor();
      await page.goto(`${shop.console}#/log?context=ordering&types=OrderCancelled`);
      await page.locator('[data-record]', { hasText: 'order/o-1' }).waitFor();
      assert.equal(await page.locator('[data-record]', { hasText: 'order/o-2' }).count(), 0);
    });

    assert.equal(await shop.app.process(paymentDeadline, 'o-1'), undefined);
    assert.deepEqual((await shop.app.process(paymentDeadline, 'o-2'))?.timers, {});
  });
});
