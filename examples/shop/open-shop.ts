/** The composition root of the shop: the contexts, the store, and the gateway as a child process. */
import { run, type Application, type Logger } from 'thereupon';
import { sqlite } from 'thereupon/sqlite';
import { contexts } from './contexts.ts';
import { gatewayFile, prepareDirectory } from './data-directory.ts';
import { keepGateway, type KeptGateway } from './gateway/keep-gateway.ts';

export type Shop = {
  readonly app: Application;
  readonly gateway: KeptGateway;
  /** Stops the contexts first, which may still need the gateway, and then the gateway. */
  readonly close: () => Promise<void>;
};

export type OpenShopOptions = {
  readonly directory: string;
  /** `watermark` while what happened long ago is done again; see `RunOptions`. */
  readonly businessTime?: 'clock' | 'watermark';
  /** Where structured log lines go. Default: warnings and errors to standard error. */
  readonly logger?: Logger;
  /** Told in words when the gateway has ended by accident, and when it runs again. */
  readonly tellOfGateway?: (text: string) => void;
};

/** @throws {DataDirectoryError} when nothing can be kept in that directory. */
export async function openShop(options: OpenShopOptions): Promise<Shop> {
  const { directory, businessTime = 'clock', logger, tellOfGateway: tell = () => {} } = options;
  prepareDirectory(directory);
  const gateway = await keepGateway({ dataFile: gatewayFile(directory), tell });
  try {
    const app = await run(contexts, {
      store: sqlite(directory),
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
    return { app, gateway, close };
  } catch (error) {
    await gateway.close();
    throw error;
  }
}
