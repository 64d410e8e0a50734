/** What others have written is text for the page, also where it is markup: in payloads, keys, stream names and errors. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { noBrowser, visit, type Look } from '../http/browser-fixture.ts';
import { TestGateway, place } from '../shop-fixture.ts';
import { type WatchedShop, openWatchedShop } from './console-fixture.ts';

const wide: Look = { width: 1280, colorScheme: 'light' };
const markup = '<img src=x onerror=document.title=1>';
const name = encodeURIComponent(markup);

class QuotingGateway extends TestGateway {
  override async charge({ orderId }: { readonly orderId: string }): Promise<never> {
    throw new QuotingError(orderId);
  }
}

class QuotingError extends Error {
  override readonly name = 'QuotingError';
  readonly code = 'quoted';
  readonly retryable = false;
  constructor(orderId: string) {
    super(`No money for ${orderId}`);
  }
}

describe('an order whose number and customer are markup', { skip: noBrowser }, () => {
  const gateway = new QuotingGateway();
  let shop: WatchedShop;

  before(async () => {
    shop = await openWatchedShop(gateway);
    await place(shop.app, markup, { customerId: markup, lines: [['85123A', 1, 2_550]] });
    await shop.app.settled().catch(() => undefined);
  });
  after(() => shop?.close());

  const views = [
    ['its trace', `/trace/order/${name}`],
    ['the records', '/log'],
    ['the streams', '/log?show=streams'],
    ['its stream', `/log/${encodeURIComponent(`order/${markup}`)}?context=ordering&version=1`],
    ['what is parked', '/parked'],
  ] as const;

  test('is shown as it was written, and none of it becomes an element', async () => {
    const { page, complaints, close } = await visit(shop.browser, shop.console, wide);
    try {
      for (const [what, at] of views) {
        await page.goto(`${shop.console}#${at}`);
        await page.locator('main').getByText(markup).first().waitFor();
        assert.equal(await page.locator('img, [onerror]').count(), 0, what);
      }
      await page.getByRole('link', { name: markup }).first().click();
      await page.getByText(`No money for ${markup}`).first().waitFor();
      assert.equal(await page.locator('img, [onerror]').count(), 0, 'one that is parked');
      assert.deepEqual(complaints, []);
    } finally {
      await close();
    }
  });
});
