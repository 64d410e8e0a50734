/** A shop with its console and a browser before it, and a gateway that makes a person look into it. */
import type { Browser } from 'playwright-core';
import { openBrowser } from '../http/browser-fixture.ts';
import { startTestShop, type TestShop } from '../http/shop-fixture.ts';
import { serveHttp } from '../serve-http.ts';
import { TestGateway } from '../shop-fixture.ts';

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

const LIMIT_PENCE = 100_000;

/** It takes no more than a thousand pounds at once, and more is never tried again. */
export class LimitedGateway extends TestGateway {
  override charge(...[charge, options]: Parameters<TestGateway['charge']>) {
    if (charge.amountPence > LIMIT_PENCE) throw new AmountError(charge.amountPence);
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
