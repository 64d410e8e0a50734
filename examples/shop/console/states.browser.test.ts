/**
 * The console where there is little to see: nothing has happened yet, the store cannot be reached, somebody may only look,
 * or is not let in.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { boundedContext, run, silent } from 'thereupon';
import { memory } from 'thereupon/memory';
import { serveConsole, type ServeConsoleOptions } from 'thereupon/console';
import { contexts } from '../contexts.ts';
import { barriers, noBrowser, openBrowser, visit, type Look } from '../http/browser-fixture.ts';
import { startTestShop } from '../http/shop-fixture.ts';
import { place, TestGateway } from '../shop-fixture.ts';

const wide: Look = { width: 1280, colorScheme: 'light' };
const narrow: Look = { width: 400, colorScheme: 'dark' };

const tokens = { operator: 'an operator may act', viewer: 'a viewer only looks' };

describe('the console where there is little to see', { skip: noBrowser }, () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  /** A look at what is served, at which the browser may complain of answers of one status, in its own words. */
  async function looking(
    { url }: { readonly url: string },
    { look, status }: { readonly look: Look; readonly status?: number },
    test: (page: Page) => Promise<void>,
  ): Promise<void> {
    const { page, complaints, close } = await visit(browser, url, look);
    try {
      await test(page);
      const others = complaints.filter((each) => !each.includes(` status of ${status} (`));
      assert.deepEqual(others, []);
    } finally {
      await close();
    }
  }

  const empty = [
    ['/map', 'Nothing has happened yet: the logs hold no record.'],
    ['/trace', 'An action begins with a command'],
    ['/log', 'Everything that happens is one more record here'],
    ['/log?show=streams', 'A stream holds the events of one aggregate instance'],
    ['/subscriptions', 'Whatever follows from an event is a subscription'],
    ['/parked', 'A record that fails is tried again by itself'],
    ['/processes', 'A process manager follows one thing over many events'],
    ['/contracts', 'A contract is what one context may know of another'],
  ] as const;

  test('before anything has happened, each view says what would be there, and how it comes', async () => {
    const app = await run([boundedContext('ordering', {})], { store: memory(), logger: silent });
    const served = await serveConsole(app, { port: 0 });
    try {
      await looking(served, { look: narrow }, async (page) => {
        for (const [at, told] of empty) {
          await page.goto(`${served.url}#${at}`);
          await page.getByText(told).first().waitFor();
          assert.deepEqual(await barriers(page), [], at);
        }
      });
    } finally {
      await served.close();
      await app.stop();
    }
  });

  test('when the store cannot be reached it says so, above all views', async () => {
    const store = Object.assign(memory(), { reader: unreachable });
    const served = await serveConsole({ contexts, store }, { port: 0 });
    try {
      await looking(served, { look: wide, status: 500 }, async (page) => {
        await page.getByRole('status').getByText('the disk is gone').waitFor();
        await page.goto(`${served.url}#/log`);
        await page.getByRole('alert').getByText('the disk is gone').waitFor();
        assert.deepEqual(await barriers(page), []);
      });
    } finally {
      await served.close();
    }
  });

  test('a log that cannot be read is named with why, and the others are shown beside it', async () => {
    const inner = memory();
    const contexts = ['ordering', 'billing'].map((name) => boundedContext(name, {}));
    const reader = (context: string) =>
      context === 'billing' ? unreachable() : inner.reader(context);
    const served = await serveConsole({ contexts, store: { ...inner, reader } }, { port: 0 });
    try {
      await looking(served, { look: wide }, async (page) => {
        await page.locator('[data-context="billing"][data-is="unreadable"]').waitFor();
        await page
          .locator('[data-unreadable="billing"]', { hasText: 'the disk is gone' })
          .waitFor();
        await page.locator('[data-context="ordering"][data-is="new"]').waitFor();
        await page.goto(`${served.url}#/subscriptions`);
        await page.locator('[data-unreadable="billing"]').waitFor();
        assert.deepEqual(await barriers(page), []);
      });
    } finally {
      await served.close();
    }
  });

  test('with a token one is let in as what it stands for, and with another not', async () => {
    await ofShop({ tokens }, async (served) => {
      await looking(served, { look: narrow, status: 401 }, async (page) => {
        assert.deepEqual(await barriers(page), []);
        await signIn(page, 'not one of the tokens');
        await page.getByRole('alert').getByText('That is not the token.').waitFor();
        await signIn(page, tokens.operator);
        await page.locator('header .who', { hasText: 'operator' }).waitFor();
      });
    });
  });

  test('a viewer looks at all of it, and is shown no button that acts', async () => {
    await ofShop({ tokens }, async (served) => {
      await looking(served, { look: wide, status: 401 }, async (page) => {
        await signIn(page, tokens.viewer);
        await page.locator('header .who', { hasText: 'viewer' }).waitFor();
        for (const at of ['/parked', '/subscriptions/billing/charge the card']) {
          await page.goto(`${served.url}#${at}`);
          await page.locator('[data-may-not-act]').first().waitFor();
          const acts = /^(Redrive|Discard|Edit|Pause|Resume|Rebuild|Fire|Cancel)/;
          assert.equal(await page.getByRole('button', { name: acts }).count(), 0, at);
        }
      });
    });
  });
});

async function unreachable(): Promise<never> {
  throw new DiskError();
}

class DiskError extends Error {
  override readonly name = 'DiskError';
  readonly code = 'disk-gone';
  readonly retryable = true;
  constructor() {
    super('the disk is gone');
  }
}

async function signIn(page: Page, token: string): Promise<void> {
  await page.getByLabel('Token of this console').fill(token);
  await page.getByRole('button', { name: 'Enter' }).click();
}

/** The console of a shop in which something is parked. */
async function ofShop(
  options: ServeConsoleOptions,
  test: (served: { readonly url: string }) => Promise<void>,
): Promise<void> {
  const shop = await startTestShop(new RefusingGateway());
  try {
    await place(shop.app, 'o-1', { lines: [['85123A', 1, 2_550]] });
    await shop.app.settled().catch(() => undefined);
    const served = await serveConsole(shop.app, { port: 0, ...options });
    try {
      await test(served);
    } finally {
      await served.close();
    }
  } finally {
    await shop.stop();
  }
}

class RefusingGateway extends TestGateway {
  override async charge(): Promise<never> {
    throw new RefusedError();
  }
}

class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly code = 'refused';
  readonly retryable = false;
}
