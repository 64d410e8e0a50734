/**
 * A read model is built anew, as a person asks for: how far that is can be seen, it can be given up, and what is read
 * stays until all of it is there. A version of it that no code knows any more is dropped.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import {
  type Application,
  aggregate,
  boundedContext,
  readModel,
  run,
  silent,
  type,
} from 'thereupon';
import { type ServedConsole, serveConsole } from 'thereupon/console';
import { memory } from 'thereupon/memory';
import { noBrowser, openBrowser } from '../http/browser-fixture.ts';
import { looking } from './console-fixture.ts';

/** More than are read at once. */
const ORDERS = 3_000;

type Placed = { type: 'Placed'; data: { orderId: string } };

const order = aggregate({
  name: 'order',
  initial: {},
  decide: (command: Placed): Placed[] => [command],
  evolve: (state: object, _event: Placed) => state,
});

/** By which code documents were folded tells those that were built anew. */
const code = { build: 1 };

function book(version: number) {
  return readModel({
    name: 'book',
    version,
    document: type<{ build: number }>(),
    from: [order],
    by: ({ data }) => data.orderId,
    evolve: { Placed: () => ({ build: code.build }) },
  });
}

describe('a read model', { skip: noBrowser }, () => {
  const store = heldStore();
  const read = book(2);
  let app: Application;
  let served: ServedConsole;
  let browser: Browser;

  before(async () => {
    const older = await run([ordering(book(1))], { store, logger: silent });
    await placeAll(older);
    await older.settled();
    await older.stop();
    app = await run([ordering(read)], { store, logger: silent });
    await app.settled();
    served = await serveConsole(app, { port: 0 });
    browser = await openBrowser();
  });
  after(async () => {
    store.letGo();
    await browser?.close();
    await served?.close();
    await app?.stop();
  });

  test('that is being rebuilt shows how far it is, and stays as it was when that is given up', async (t) => {
    code.build = 2;
    store.hold();
    t.after(() => store.letGo());
    await looking({ browser, console: served.url }, async (page) => {
      await page.goto(`${served.url}#/subscriptions/ordering/book@2`);
      await rebuild(page, 'a new field');
      await page.getByRole('button', { name: 'Close' }).click();
      const progress = page.getByRole('progressbar', { name: /^How far book@2/ });
      await progress.and(page.locator(':not([aria-valuenow="0"])')).waitFor();
      const [now, most] = await Promise.all(
        ['aria-valuenow', 'aria-valuemax'].map((name) => progress.getAttribute(name)),
      );
      assert.equal(most, `${ORDERS}`);
      assert.ok(Number(now) < ORDERS, `${now} of ${most}`);
      const asked = page.getByRole('region', { name: 'Asked for, and not done yet' });
      await asked.getByText('a new field').waitFor();

      await asked.getByRole('button', { name: 'Give it up' }).click();
      await asked.waitFor({ state: 'detached' });
      store.letGo();
      await progress.waitFor({ state: 'detached' });
    });

    assert.equal((await app.read(read).get('o-1'))?.build, 1);
    assert.equal((await app.read(read).get(`o-${ORDERS}`))?.build, 1);
  });

  test('that was rebuilt takes the place of what was read, and the audit trail says why', async () => {
    code.build = 3;
    await looking({ browser, console: served.url }, async (page) => {
      await page.goto(`${served.url}#/subscriptions/ordering/book@2`);
      await rebuild(page, 'another field');
      await page.goto(`${served.url}#/parked?tab=audit`);
      const done = page.locator('[data-operation]', { hasText: 'another field' });
      await done.getByText('rebuild', { exact: true }).waitFor();
      assert.doesNotMatch((await done.textContent()) ?? '', /Not done/);
    });

    assert.equal((await app.read(read).get('o-1'))?.build, 3);
    assert.equal((await app.read(read).get(`o-${ORDERS}`))?.build, 3);
  });

  test('of which no code knows a version any more has that one dropped, and the other one stays', async () => {
    await looking({ browser, console: served.url }, async (page) => {
      await page.goto(`${served.url}#/subscriptions/ordering/book@2`);
      const old = page.locator('[data-model="book@1"]', { hasText: 'not in this code' });
      await old.getByRole('button', { name: 'Drop …' }).click();
      const dialog = page.getByRole('dialog', { name: 'Drop book@1' });
      await dialog.getByText('Its documents are removed.').waitFor();
      await dialog.getByLabel('Why').fill('the disk is full');
      await dialog.getByRole('button', { name: 'Drop', exact: true }).click();
      await old.waitFor({ state: 'detached' });
      await page.locator('[data-model="book@2"]', { hasText: 'read by this code' }).waitFor();
    });

    const log = await store.reader('ordering');
    assert.deepEqual(await log.models(), ['book@2']);
    await log.close();
    assert.equal((await app.read(read).get('o-1'))?.build, 3);
  });
});

async function rebuild(page: Page, why: string): Promise<void> {
  const row = page.locator('[data-model="book@2"]', { hasText: 'read by this code' });
  await row.getByRole('button', { name: 'Rebuild …' }).click();
  const dialog = page.getByRole('dialog', { name: 'Rebuild book@2' });
  await dialog.getByText('It can be given up at any time').waitFor();
  await dialog.getByLabel('Why').fill(why);
  await dialog.getByRole('button', { name: 'Rebuild', exact: true }).click();
}

function ordering(model: ReturnType<typeof book>) {
  return boundedContext('ordering', { aggregates: [order], readModels: [model] });
}

async function placeAll(app: Application): Promise<void> {
  const ids = Array.from({ length: ORDERS }, (_, index) => `o-${index + 1}`);
  await Promise.all(
    ids.map((orderId) => app.handle(order, orderId, { type: 'Placed', data: { orderId } })),
  );
}

/** In memory; while it is held, whoever runs a context reads the first page of what was there, and no further. */
function heldStore() {
  const store = memory();
  const open = store.open.bind(store);
  let held: PromiseWithResolvers<void> | undefined;
  return Object.assign(store, {
    open: async (context: string) => {
      const log = await open(context);
      const read: typeof log.read = async (query) => {
        if (query.after > 0 && query.after < ORDERS) await held?.promise;
        return log.read(query);
      };
      return { ...log, read };
    },
    hold: () => {
      held = Promise.withResolvers();
    },
    letGo: () => held?.resolve(),
  });
}
