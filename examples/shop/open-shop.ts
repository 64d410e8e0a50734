/** The composition root of the shop: the contexts, the store, and the gateway as a child process. */
import { run, type Logger } from 'thereupon';
import { assertAlone } from './assert-alone.ts';
import { keepPricesIn } from './catalogue/keep-prices.ts';
import { contexts } from './contexts.ts';
import { assertNoShopOnSqlite, gatewayFile, prepareDirectory } from './data-directory.ts';
import { keepGateway } from './gateway/keep-gateway.ts';
import { storeOf, type ShopPlace } from './shop-place.ts';
import type { Shop } from './shop.ts';

export type OpenShopOptions = ShopPlace & {
  /** `watermark` while what happened long ago is done again; see `RunOptions`. */
  readonly businessTime?: 'clock' | 'watermark';
  /** Where structured log lines go. Default: warnings and errors to standard error. */
  readonly logger?: Logger;
  /** Told in words when the gateway has ended by accident, and when it runs again. */
  readonly tell?: (text: string) => void;
};

/**
 * @throws {DataDirectoryError} when nothing can be kept in that directory.
 * @throws {ShopInUseError} when a shop runs on that database.
 */
export async function openShop(options: OpenShopOptions): Promise<Shop> {
  const { directory, businessTime = 'clock', logger, tell = () => {} } = options;
  // Before anything is made: whoever mistyped an address finds nothing left behind.
  if (options.store !== undefined) {
    await assertAlone(options);
    assertNoShopOnSqlite(directory);
  }
  prepareDirectory(directory);
  const gateway = await keepGateway({ dataFile: gatewayFile(directory), tell });
  try {
    const app = await run(contexts, {
      store: storeOf(options),
      dependencies: { gateway: gateway.client },
      businessTime,
      ...(logger && { logger }),
    });
    const close = async (): Promise<void> => {
      try {
        await app.stop();
      } finally {
        await gateway.close();
      }
    };
    return { app, watched: app, keepPrices: keepPricesIn(app), gateway, close };
  } catch (error) {
    await gateway.close();
    throw error;
  }
}
