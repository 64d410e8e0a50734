/**
 * Every view of the console before the real shop, as wide as a telephone and as a desk, in light and dark: it shows what it
 * is there for, the browser complains of nothing and asks nobody else, and nothing of it is out of reach.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { barriers, noBrowser, visit, type Look } from '../http/browser-fixture.ts';
import { goods } from '../http/shop-fixture.ts';
import { TestGateway, place } from '../shop-fixture.ts';
import { type WatchedShop, openWatchedShop } from './console-fixture.ts';

const looks: readonly Look[] = [
  { width: 400, colorScheme: 'light' },
  { width: 400, colorScheme: 'dark' },
  { width: 1600, colorScheme: 'light' },
  { width: 1600, colorScheme: 'dark' },
];

type View = {
  readonly name: string;
  /** Behind the hash. */
  readonly at: string;
  /** What it is there for. */
  readonly shows: (page: Page) => ReturnType<Page['locator']>;
};

const views: readonly View[] = [
  {
    name: 'the map',
    at: '/map',
    shows: (page) => page.locator('[data-context="billing"]', { hasText: 'billing' }),
  },
  {
    name: 'the map of billing',
    at: '/map/billing',
    shows: (page) => page.getByText('charge the card'),
  },
  {
    name: 'the newest actions',
    at: '/trace',
    shows: (page) => page.locator('[data-action]', { hasText: 'order/o-3' }),
  },
  {
    name: 'one trace',
    at: '/trace/order/o-1',
    shows: (page) => page.locator('[data-context="fulfilment"][data-record]'),
  },
  {
    name: 'the records',
    at: '/log',
    shows: (page) => page.locator('[data-record]', { hasText: 'OrderShipped' }),
  },
  {
    name: 'the streams',
    at: '/log?show=streams',
    shows: (page) => page.locator('[data-stream="order/o-1"]'),
  },
  {
    name: 'one stream and its states',
    at: '/log/order%2Fo-1?context=ordering&version=1',
    shows: (page) => page.locator('[data-change]', { hasText: 'status' }),
  },
  {
    name: 'the subscriptions',
    at: '/subscriptions',
    shows: (page) => page.locator('[data-subscription="charge the card"]'),
  },
  {
    name: 'one subscription',
    at: '/subscriptions/billing/charge the card',
    shows: (page) => page.getByText('the oldest of them waits'),
  },
  {
    name: 'what is parked',
    at: '/parked',
    shows: (page) => page.getByText('Nothing is parked, and that is well'),
  },
  {
    name: 'the processes',
    at: '/processes',
    shows: (page) => page.locator('[data-process][data-context="ordering"]'),
  },
  {
    name: 'the contracts',
    at: '/contracts',
    shows: (page) => page.locator('[data-contract="ordering.OrderPlaced"]'),
  },
  {
    name: 'one contract',
    at: '/contracts/ordering.OrderPlaced',
    shows: (page) => page.locator('[data-consumer="billing"]'),
  },
];

describe('each view of the console', { skip: noBrowser }, () => {
  const gateway = new TestGateway();
  let shop: WatchedShop;

  before(async () => {
    shop = await openWatchedShop(gateway);
    const { productId, unitPriceMils } = goods[0]!;
    for (const orderId of ['o-1', 'o-2', 'o-3']) {
      const lines = [[productId, 2, unitPriceMils]] as const;
      await place(shop.app, orderId, { lines, occurredAt: new Date().toISOString() });
    }
    await shop.app.settled();
  });
  after(() => shop?.close());

  for (const look of looks)
    test(`at ${look.width} px, ${look.colorScheme}, shows what it must, and all of it is in reach`, async () => {
      const address = shop.console;
      const { page, complaints, close } = await visit(shop.browser, address, look);
      try {
        for (const { name, at, shows } of views) {
          await page.goto(`${address}#${at}`);
          await shows(page).first().waitFor();
          assert.equal(await sideways(page), 0, `${name} scrolls sideways`);
          assert.deepEqual(await barriers(page), [], name);
        }
        assert.deepEqual(complaints, []);
      } finally {
        await close();
      }
    });
});

/** So many pixels of the page are beside what is seen of it; all below its head scrolls in `main`. */
function sideways(page: Page): Promise<number> {
  return page.evaluate<number>(`Math.max(
    ...[document.scrollingElement, document.querySelector('main')].map(
      ({ scrollWidth, clientWidth }) => scrollWidth - clientWidth,
    ),
  )`);
}
