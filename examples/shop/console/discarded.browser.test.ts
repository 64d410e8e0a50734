/** What is parked is given up by a person, with a reason: it is never handled, and the audit trail says who and why. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { noBrowser } from '../http/browser-fixture.ts';
import {
  LimitedGateway,
  type WatchedShop,
  looking,
  openWatchedShop,
  placeDear,
} from './console-fixture.ts';

describe('what is parked', { skip: noBrowser }, () => {
  const gateway = new LimitedGateway();
  let shop: WatchedShop;

  before(async () => {
    shop = await openWatchedShop(gateway);
    await placeDear(shop, ['o-1', 'o-2', 'o-3']);
  });
  after(() => shop?.close());

  test('is discarded with a reason, of which the audit trail tells', async () => {
    const look = async (page: Page): Promise<void> => {
      await page.goto(`${shop.console}#/parked`);
      await page.locator('[data-record]').getByRole('link', { name: 'o-1' }).click();
      await page.getByRole('button', { name: 'Discard …' }).click();
      const dialog = page.getByRole('dialog', { name: 'Discard what is parked for o-1' });
      const discard = dialog.getByRole('button', { name: 'Discard', exact: true });
      await dialog.getByText('This cannot be taken back.').waitFor();
      assert.ok(await discard.isDisabled(), 'without a reason');
      await dialog.getByLabel('Why').fill('ordered by mistake');
      await discard.click();
      await dialog.getByText('1 discarded').waitFor();
      await dialog.getByRole('button', { name: 'Close' }).click();
      await page.getByText('It is not parked any more').waitFor();

      await page.getByRole('link', { name: 'who has done what' }).click();
      const operation = page.locator('[data-operation]', { hasText: 'ordered by mistake' });
      await operation.getByText('discard', { exact: true }).waitFor();
      await operation.getByText('charge the card · o-1').waitFor();
    };
    // Once it is given up, the page asks for it in vain, and says so.
    await looking(shop, look, { status: 404 });

    gateway.limitPence = 1_000_000;
    assert.deepEqual(await parkedKeys(), ['o-2', 'o-3']);
    assert.equal(gateway.charges.size, 0);
  });

  test('is left as it is by whoever thinks better of it', async () => {
    await looking(shop, async (page) => {
      await page.goto(`${shop.console}#/parked`);
      await page.getByLabel('Select what is parked for o-2').check();
      const chosen = page.getByRole('region', { name: 'What is selected' });
      await chosen.getByRole('button', { name: 'Discard …' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Why').fill('perhaps');
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      await dialog.waitFor({ state: 'detached' });
      await page.getByLabel('Select what is parked for o-2').waitFor();
    });

    assert.ok((await parkedKeys()).includes('o-2'));
  });

  async function parkedKeys(): Promise<string[]> {
    return (await shop.app.parked()).map(({ key }) => key).toSorted();
  }
});
