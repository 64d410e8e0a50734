/** The live page in a real browser, before the real shop, served by HTTP. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { serveHttp, type Served } from '../serve-http.ts';
import { order } from '../ordering/aggregates.ts';
import { place, TestGateway } from '../shop-fixture.ts';
import { barriers, focused, noBrowser, openBrowser, visit, type Look } from './browser-fixture.ts';
import { goods, startTestShop, type TestShop } from './shop-fixture.ts';

const looks: readonly Look[] = [
  { width: 400, colorScheme: 'light' },
  { width: 400, colorScheme: 'dark' },
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
];
const wide: Look = { width: 1280, colorScheme: 'light' };

describe('the live page', { skip: noBrowser }, () => {
  const gateway = new TestGateway();
  let shop: TestShop;
  let served: Served;
  let browser: Browser;
  let address: string;

  before(async () => {
    shop = await startTestShop(gateway);
    served = await serveHttp({ app: shop.app, gateway }, 0);
    address = `http://127.0.0.1:${served.port}/`;
    browser = await openBrowser();
  });
  after(async () => {
    gateway.letGo();
    await browser?.close();
    await served?.close();
    await shop?.stop();
  });

  /** Looks with a fresh browser, and fails when the browser complained of anything. */
  async function looking(
    look: Look,
    test: (page: Page, complaints: string[]) => Promise<void>,
  ): Promise<void> {
    const { page, complaints, close } = await visit(browser, address, look);
    try {
      await page.locator('#health[data-health="green"]').waitFor();
      await page.locator('#products option').first().waitFor({ state: 'attached' });
      await test(page, complaints);
      assert.deepEqual(complaints, []);
    } finally {
      await close();
    }
  }

  let count = 0;
  const orderOf = async (quantity = 1): Promise<string> => {
    const orderId = `B-${(count += 1)}`;
    const lines = [[goods[0]!.productId, quantity, goods[0]!.unitPriceMils] as const];
    await place(shop.app, orderId, { lines, occurredAt: new Date().toISOString() });
    return orderId;
  };
  const row = (page: Page, orderId: string) => page.locator(`#latest [data-order="${orderId}"]`);

  test('while there are no days to compare, the money has its whole card', () =>
    looking(wide, async (page) => {
      const width = async (place: string): Promise<number> =>
        (await page.locator(place).boundingBox())?.width ?? assert.fail(`no ${place}`);
      assert.equal(await width('#money > div'), await width('#money h2'));
    }));

  for (const look of looks) {
    const about = `at ${look.width} px, ${look.colorScheme}`;

    test(`${about}, an order placed by the keyboard alone is seen to leave`, () =>
      looking(look, async (page) => {
        gateway.hold();
        await tabTo(page, 'input "productId"');
        await page.keyboard.press('Control+A');
        await page.keyboard.type('22423');
        await tabTo(page, 'input "quantity"');
        await page.keyboard.press('Control+A');
        await page.keyboard.type('2');
        await tabTo(page, 'button "Place the order"');
        await page.keyboard.press('Enter');

        const dialog = page.locator('dialog[open]');
        await dialog.locator('li[data-status="placed"]').waitFor();
        const title = await dialog.locator('h2').textContent();
        gateway.letGo();
        await dialog.locator('li[data-status="shipped"]').waitFor();
        await page.keyboard.press('Escape');

        const orderId = String(title).replace('Order ', '');
        await row(page, orderId).locator('.status[data-status="shipped"]').waitFor();
        assert.equal(await focused(page), 'button "Place the order"');
      }));

    test(`${about}, nothing on it is out of reach: WCAG 2.2 AA, and no sideways scrolling`, () =>
      looking(look, async (page, complaints) => {
        await shop.app.settled();
        const shipped = await orderOf();
        const waiting = await orderOf(100_000);
        const cancelled = await orderOf(100_000);
        const data = { orderId: cancelled, reason: 'customer' } as const;
        await shop.app.handle(order, cancelled, { type: 'CancelOrder', data });
        await row(page, shipped).locator('[data-status="shipped"]').waitFor();
        await row(page, cancelled).locator('[data-status="cancelled"]').waitFor();
        assert.deepEqual(await barriers(page), []);

        await page.locator('#basket [name=productId]').first().fill('NO SUCH THING');
        await page.locator('#basket [type=submit]').click();
        await page.locator('#basket .answer[data-tone="bad"]').waitFor();
        // The browser's own words for any answer that is an error.
        assert.match(complaints.splice(0).join(), /^Failed to load resource: .* 422 [^,]*$/);
        assert.deepEqual(await barriers(page), []);

        await row(page, shipped).click();
        await page.locator('dialog[open] li[data-status="shipped"]').waitFor();
        assert.deepEqual(await barriers(page), []);
        await page.keyboard.press('Escape');

        await row(page, waiting).click();
        await page.locator('dialog[open] li', { hasText: /waits for goods until/ }).waitFor();
        assert.deepEqual(await barriers(page), []);
        const sideways = 'document.documentElement.scrollWidth - window.innerWidth';
        assert.ok((await page.evaluate<number>(sideways)) <= 0, 'it scrolls sideways');
      }));
  }

  test('who is in the list of latest orders stays there while orders come and go', () =>
    looking(wide, async (page) => {
      gateway.hold();
      const mine = await orderOf();
      await row(page, mine).focus();
      const latest = await ordersOneByOne(page, 14);
      gateway.letGo();
      await row(page, latest).locator('[data-status="shipped"]').waitFor();
      await row(page, mine).locator('[data-status="shipped"]').waitFor();

      assert.equal(await focused(page), `button "${mine}"`);
    }));

  test('who looks at an order keeps the focus while it moves, and gets it back when it is closed', () =>
    looking(wide, async (page) => {
      gateway.hold();
      const mine = await orderOf();
      await row(page, mine).focus();
      await page.keyboard.press('Enter');
      const dialog = page.locator('dialog[open]');
      await dialog.locator('li[data-status="placed"]').waitFor();
      await tabTo(page, 'button "Close"');
      await orderOf();
      gateway.letGo();
      await dialog.locator('li[data-status="shipped"]').waitFor();
      assert.equal(await focused(page), 'button "Close"');

      await tabTo(page, 'button "Return one"');
      await page.keyboard.press('Enter');
      await dialog.getByText('1 came back').waitFor();
      assert.equal(await focused(page), 'button "Close"');

      for (let more = 0; more < 14; more += 1) await orderOf();
      await shop.app.settled();
      await page.keyboard.press('Escape');
      assert.equal(await focused(page), `button "${mine}"`);
    }));

  test('who cancels an order is not thrown out of it', () =>
    looking(wide, async (page) => {
      gateway.hold();
      const mine = await orderOf();
      await row(page, mine).click();
      const dialog = page.locator('dialog[open]');
      await tabTo(page, 'button "Cancel it"');
      await page.keyboard.press('Enter');
      await dialog.locator('li[data-status="cancelled"]').waitFor();
      gateway.letGo();

      assert.equal(await focused(page), 'button "Close"');
    }));

  test('who switches the payment gateway off sees Billing pause, and on again all goes on', () =>
    looking(wide, async (page) => {
      await tabTo(page, 'button "Payment gateway"');
      await page.keyboard.press('Space');
      await page.getByText('off: charges and refunds wait').waitFor();
      const orders: string[] = [];
      for (let one = 0; one < 12; one += 1) orders.push(await orderOf());
      const billing = page.locator('#contexts [data-tone="bad"]', { hasText: 'billing' });
      await billing.getByText('charge the card').waitFor();
      assert.equal(await focused(page), 'button "Payment gateway"');
      assert.deepEqual(await barriers(page), []);
      assert.deepEqual(await shop.app.parked(), []);

      await page.keyboard.press('Space');
      await page.locator('#gateway').getByText('on', { exact: true }).waitFor();
      for (const orderId of orders)
        await row(page, orderId).locator('[data-status="shipped"]').waitFor();
      await page.locator('#health[data-health="green"]').waitFor();
    }));

  test('who fills in the form is not disturbed, and removing a line leaves the focus in it', () =>
    looking(wide, async (page) => {
      await tabTo(page, 'button "Add a product"');
      await page.keyboard.press('Enter');
      await page.keyboard.type('8487');
      await ordersOneByOne(page, 2);
      await page.keyboard.type('9');
      assert.equal(await page.locator('[name=productId]').nth(1).inputValue(), '84879');

      await tabTo(page, 'button "Remove this product"');
      await page.keyboard.press('Enter');
      assert.equal(await page.locator('[name=productId]').count(), 1);
      assert.equal(await focused(page), 'input "productId"');
    }));

  test('each product is offered once', () =>
    looking(wide, async (page) => {
      await row(page, await orderOf()).waitFor();

      assert.equal(await page.locator('#products option').count(), goods.length);
    }));

  test('an address that names an order opens it', async () => {
    const mine = await orderOf();
    await shop.app.settled();
    const { page, complaints, close } = await visit(browser, `${address}#order/${mine}`, wide);
    try {
      await page.locator('dialog[open]').getByText(`Order ${mine}`).waitFor();
      assert.deepEqual(complaints, []);
    } finally {
      await close();
    }
  });

  /** Orders of which the page shows each before the next is placed. Answers with the last. */
  async function ordersOneByOne(page: Page, times: number): Promise<string> {
    let last = '';
    for (let one = 0; one < times; one += 1) {
      last = await orderOf();
      if (one % 5 === 0 || one === times - 1) await row(page, last).waitFor();
    }
    return last;
  }
});

/** By the tab key alone, as who has no mouse. */
async function tabTo(page: Page, wanted: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    if ((await focused(page)) === wanted) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`${wanted} cannot be reached by the tab key; ${await focused(page)} has the focus`);
}
