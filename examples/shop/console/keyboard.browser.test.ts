/** Who uses no mouse gets everywhere: past what is above each view, to a parked record and back from what it asks. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { focused, noBrowser } from '../http/browser-fixture.ts';
import {
  LimitedGateway,
  type WatchedShop,
  looking,
  openWatchedShop,
  placeDear,
} from './console-fixture.ts';

/** Nothing that matters is farther away. */
const STEPS_MAX = 60;

describe('by keyboard alone', { skip: noBrowser }, () => {
  let shop: WatchedShop;

  before(async () => {
    shop = await openWatchedShop(new LimitedGateway());
    await placeDear(shop, ['o-1', 'o-2']);
  });
  after(() => shop?.close());

  test('the first step leads past what is above each view', async () => {
    await looking(shop, async (page) => {
      await page.locator('main [data-context]').first().waitFor();
      await page.keyboard.press('Tab');
      assert.equal(await focused(page), 'a "Skip to the content"');
      await page.keyboard.press('Enter');
      assert.equal(await page.evaluate<string>('document.activeElement.id'), 'main');
      await page.keyboard.press('Tab');
      assert.ok(await page.evaluate<boolean>('!!document.activeElement.closest("#main")'));
    });
  });

  test('a parked record is found and decided about, and Escape leads back to where one was', async () => {
    await looking(shop, async (page) => {
      await page.locator('nav .count').waitFor();
      await stepTo(page, /^a "Parked/);
      await page.keyboard.press('Enter');
      await page.locator('[data-record]').first().waitFor();
      await stepTo(page, /^a "o-1"/);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'AmountError' }).waitFor();
      await stepTo(page, /^button "Redrive …"/);

      for (const leave of ['Escape', 'Enter']) {
        await page.keyboard.press('Enter');
        const dialog = page.getByRole('dialog', { name: 'Redrive what is parked for o-1' });
        await dialog.waitFor();
        if (leave === 'Enter') await stepTo(page, /^button "Cancel"/);
        assert.ok(await page.evaluate<boolean>('!!document.activeElement.closest("dialog")'));
        await page.keyboard.press(leave);
        await dialog.waitFor({ state: 'detached' });
        assert.equal(await focused(page), 'button "Redrive …"');
      }
    });
  });

  test('the log is gone through by arrows, a record is opened by Enter and closed by Escape', async () => {
    await looking(shop, async (page) => {
      await page.goto(`${shop.console}#/log`);
      await page.locator('[data-record]').first().waitFor();
      await stepTo(page, /^div "Records, the newest first"/);
      for (const key of ['ArrowDown', 'ArrowDown', 'ArrowUp']) await page.keyboard.press(key);
      const chosen = page.locator('[role="row"][aria-selected="true"]');
      await chosen.waitFor();
      assert.equal(await chosen.getAttribute('aria-rowindex'), '2');
      await page.keyboard.press('Enter');
      await page.locator('aside.beside').waitFor();
      await page.keyboard.press('Escape');
      await page.locator('aside.beside').waitFor({ state: 'detached' });
      await page.keyboard.press('End');
      await page.locator('[role="row"][aria-selected="true"]:not([aria-rowindex="2"])').waitFor();
      assert.match(await focused(page), /^div "Records/);
    });
  });
});

/** Tabs until that has the focus. */
async function stepTo(page: Page, wanted: RegExp): Promise<void> {
  const passed: string[] = [];
  while (passed.length < STEPS_MAX) {
    await page.keyboard.press('Tab');
    const at = await focused(page);
    if (wanted.test(at)) return;
    passed.push(at);
  }
  assert.fail(`${wanted} has never the focus among ${passed.join(', ')}`);
}
