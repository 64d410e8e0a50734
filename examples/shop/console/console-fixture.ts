/** A shop with its console and a browser before it, and a gateway that makes a person look into it. */
import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, visit, type Look } from '../http/browser-fixture.ts';
import { goods, startTestShop, type TestShop } from '../http/shop-fixture.ts';
import { serveHttp } from '../serve-http.ts';
import { TestGateway, place } from '../shop-fixture.ts';

/** A shop that is served with its console, and a browser before it. */
export interface WatchedShop {
  readonly app: TestShop['app'];
  /** Where the console is. */
  readonly console: string;
  readonly browser: Browser;
  readonly close: () => Promise<void>;
}

export async function openWatchedShop(gateway: TestGateway): Promise<WatchedShop> {
  const browser = await openBrowser();
  const shop = await startTestShop(gateway);
  const { app } = shop;
  const served = await serveHttp({ app, watched: app, gateway }, 0);
  const close = async (): Promise<void> => {
    await browser.close();
    await served.close();
    await shop.stop();
  };
  return { app, console: `http://localhost:${served.port}/console`, browser, close };
}

const wide: Look = { width: 1280, colorScheme: 'light' };

/** Somebody looks at a console, of which the browser may complain of nothing, but of answers of one status. */
export async function looking(
  { browser, console }: Pick<WatchedShop, 'browser' | 'console'>,
  look: (page: Page) => Promise<void>,
  { status }: { readonly status?: number } = {},
): Promise<void> {
  const { page, complaints, close } = await visit(browser, console, wide);
  try {
    await look(page);
    const others = complaints.filter((each) => !each.includes(` status of ${status} (`));
    assert.deepEqual(others, []);
  } finally {
    await close();
  }
}

/** Orders of one piece each, dearer than a limited gateway takes, are placed and end parked. */
export async function placeDear(
  { app }: Pick<WatchedShop, 'app'>,
  orderIds: readonly string[],
): Promise<void> {
  const lines = [[goods[0]!.productId, 1, 1_500_000]] as const;
  for (const orderId of orderIds)
    await place(app, orderId, { lines, occurredAt: new Date().toISOString() });
  await app.settled().catch(() => undefined);
}

/** It takes no more than a thousand pounds at once, and more is never tried again. */
export class LimitedGateway extends TestGateway {
  limitPence = 100_000;

  override charge(...[charge, options]: Parameters<TestGateway['charge']>) {
    if (charge.amountPence > this.limitPence) throw new AmountError(charge.amountPence);
    return super.charge(charge, options);
  }
}

class AmountError extends Error {
  override readonly name = 'AmountError';
  readonly code = 'amount-too-large';
  readonly retryable = false;
  constructor(pence: number) {
    super(`The gateway takes at most £1,000 at once; that is £${pence / 100}.`);
  }
}
