/**
 * Two orders of one customer are parked, each for itself; a later release deals by customer, so that both are of one
 * key. A person redrives all of that key from the page of one of them, and nothing of another key.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import {
  type Application,
  aggregate,
  boundedContext,
  happened,
  run,
  silent,
  whenever,
} from 'thereupon';
import { type ServedConsole, serveConsole } from 'thereupon/console';
import { memory } from 'thereupon/memory';
import { noBrowser, openBrowser } from '../http/browser-fixture.ts';
import { looking } from './console-fixture.ts';

type Placed = { type: 'Placed'; data: { orderId: string; customer: string } };

const order = aggregate({
  name: 'order',
  initial: {},
  decide: (command: Placed): Placed[] => [command],
  evolve: (state: object, _event: Placed) => state,
});

const placed = [
  ['o-1', 'ada'],
  ['o-2', 'ada'],
  ['o-3', 'grace'],
] as const;

describe('what is parked for one key', { skip: noBrowser }, () => {
  const store = memory();
  const till = { isBroken: true, asked: [] as string[] };
  let app: Application;
  let served: ServedConsole;
  let browser: Browser;

  before(async () => {
    const byOrder = await run([billing(({ data }) => data.orderId)], { store, logger: silent });
    for (const [orderId, customer] of placed)
      await byOrder.handle(order, orderId, { type: 'Placed', data: { orderId, customer } });
    await byOrder.settled().catch(() => undefined);
    await byOrder.stop();
    app = await run([billing(({ data }) => data.customer)], { store, logger: silent });
    served = await serveConsole(app, { port: 0 });
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await served?.close();
    await app?.stop();
  });

  test('is redriven together and in order, and what is parked for another one stays', async () => {
    till.isBroken = false;
    const look = async (page: Page): Promise<void> => {
      await page.goto(`${served.url}#/parked`);
      await page.getByRole('link', { name: 'ada' }).first().click();
      await page.getByRole('button', { name: 'Redrive the 2 of this key …' }).click();
      const dialog = page.getByRole('dialog', { name: 'Redrive 2 records' });
      const keys = dialog.getByRole('list', { name: 'The keys that this is about' });
      assert.deepEqual(await keys.locator('.lane-key').allTextContents(), ['ada']);
      await keys.getByRole('img', { name: '2 parked, 0 held behind' }).waitFor();
      await dialog.getByLabel('Why').fill('the till is mended');
      await dialog.getByRole('button', { name: 'Redrive all 2' }).click();
      await dialog.locator('[data-outcome="done"]', { hasText: '2 done' }).waitFor();
      await dialog.getByRole('button', { name: 'Close' }).click();
      await page.getByText('It is not parked any more').waitFor();
    };
    // Once it is handled, the page asks for it in vain, and says so.
    await looking({ browser, console: served.url }, look, { status: 404 });

    assert.deepEqual(till.asked, ['o-1', 'o-2']);
    const left = await app.parked();
    assert.deepEqual(
      left.map(({ key }) => key),
      ['grace'],
    );
  });

  function billing(by: (event: Placed) => string) {
    const ask = whenever(
      'ask for payment',
      happened(order, 'Placed'),
      ({ data }) => {
        if (till.isBroken) throw new TillError();
        till.asked.push(data.orderId);
      },
      { by },
    );
    return boundedContext('billing', { aggregates: [order], reactions: [ask] });
  }
});

class TillError extends Error {
  override readonly name = 'TillError';
  readonly code = 'till-broken';
  readonly retryable = false;
}
