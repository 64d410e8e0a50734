/**
 * Many orders are parked, since the gateway takes no more than a thousand pounds at once. A person chooses some of
 * them, sees what will happen, tries the first one, goes on slowly when it is mended, and stops.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { noBrowser } from '../http/browser-fixture.ts';
import {
  LimitedGateway,
  type WatchedShop,
  looking,
  openWatchedShop,
  placeDear,
} from './console-fixture.ts';

const orders = ['o-1', 'o-2', 'o-3', 'o-4', 'o-5', 'o-6'];

describe('parked orders that are chosen', { skip: noBrowser }, () => {
  const gateway = new LimitedGateway();
  let shop: WatchedShop;

  before(async () => {
    shop = await openWatchedShop(gateway);
    await placeDear(shop, orders);
  });
  after(() => shop?.close());

  test('are redriven after a trial, at a rate, until somebody stops it; the others stay', async () => {
    await looking(shop, async (page) => {
      await page.goto(`${shop.console}#/parked`);
      await page.getByLabel('Select all 6').check();
      for (const orderId of ['o-2', 'o-5'])
        await page.getByLabel(`Select what is parked for ${orderId}`).uncheck();
      await chosen(page).getByText('4 selected').waitFor();
      await chosen(page).getByRole('button', { name: 'Redrive …' }).click();

      // What will happen is said before anything does.
      const dialog = page.getByRole('dialog', { name: 'Redrive 4 records' });
      const keys = dialog.getByRole('list', { name: 'The keys that this is about' });
      assert.deepEqual(await keys.locator('.lane-key').allTextContents(), without('o-2', 'o-5'));
      await dialog.getByText('as if it came for the first time').waitFor();
      const trial = dialog.getByRole('button', { name: 'Try the first one only' });
      assert.ok(await trial.isDisabled(), 'without a reason');

      await dialog.getByLabel('Why').fill('the limit is lifted');
      await dialog.getByLabel('At most').fill('0.1');
      await trial.click();
      await outcome(dialog, 'parked-again', '1 parked again');
      await dialog.getByText('The gateway takes at most £1,000 at once').waitFor();
      assert.equal(gateway.charges.size, 0);

      // The trial is over when it was tried: nobody waits for a next one that there is not.
      gateway.limitPence = 1_000_000;
      const others = dialog.getByRole('button', { name: 'Go on with the other 3' });
      await others.click({ timeout: 8_000 });
      await outcome(dialog, 'done', '1 done');
      await dialog.getByRole('button', { name: 'Stop' }).click();
      await dialog.getByRole('button', { name: 'Go on with the other 2' }).waitFor();
      await dialog.getByRole('button', { name: 'Close' }).click();

      await page.locator('[data-record][data-key="o-3"]').waitFor({ state: 'detached' });
      assert.deepEqual(chargedFor(gateway), ['o-3']);
      assert.deepEqual(await parkedKeys(shop), without('o-3'));
    });
  });

  test('all of one error are redriven at once, and then nothing is parked', async () => {
    gateway.limitPence = 100_000;
    await placeDear(shop, ['o-7', 'o-8']);
    const count = (await shop.app.parked()).length;
    gateway.limitPence = 1_000_000;

    await looking(shop, async (page) => {
      await page.goto(`${shop.console}#/parked`);
      await page.getByRole('button', { name: `Redrive all ${count} …` }).click();
      const dialog = page.getByRole('dialog', { name: `Redrive ${count} records` });
      await dialog.getByLabel('Why').fill('the limit is lifted');
      await dialog.getByRole('button', { name: `Redrive all ${count}` }).click();
      await outcome(dialog, 'done', `${count} done`);
      await dialog.getByRole('button', { name: 'Close' }).click();
      await page.getByText('Nothing is parked, and that is well').waitFor();
    });

    assert.deepEqual(await shop.app.parked(), []);
    assert.ok(chargedFor(gateway).includes('o-8'));
  });
});

function chosen(page: Page): Locator {
  return page.getByRole('region', { name: 'What is selected' });
}

/** Waits until so many have come to that. */
function outcome(dialog: Locator, state: string, told: string): Promise<void> {
  return dialog.locator(`[data-outcome="${state}"]`, { hasText: told }).waitFor();
}

function without(...left: readonly string[]): string[] {
  return orders.filter((orderId) => !left.includes(orderId));
}

function chargedFor({ charges }: LimitedGateway): string[] {
  return [...charges.values()].map(({ orderId }) => orderId);
}

async function parkedKeys({ app }: WatchedShop): Promise<string[]> {
  return (await app.parked()).map(({ key }) => key).toSorted();
}
