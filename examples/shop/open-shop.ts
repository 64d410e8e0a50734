/** The composition root of the shop: the contexts, the store, and the gateway as a child process. */
import { run, type Application, type Logger } from 'thereupon';
import { sqlite } from 'thereupon/sqlite';
import { contexts } from './contexts.ts';
import { gatewayFile } from './data-directory.ts';
import { GatewayClient } from './gateway/client.ts';
import { startGateway } from './gateway/start.ts';

export type Shop = {
  readonly app: Application;
  readonly gateway: GatewayClient;
  /** Stops the contexts first, which may still need the gateway, and then the gateway. */
  readonly close: () => Promise<void>;
};

export type OpenShopOptions = {
  readonly directory: string;
  /** Where structured log lines go. Default: warnings and errors to standard error. */
  readonly logger?: Logger;
  /** Told when the gateway ends although the shop still needs it. */
  readonly onGatewayLost?: (how: string) => void;
};

export async function openShop(options: OpenShopOptions): Promise<Shop> {
  const { directory, logger, onGatewayLost } = options;
  const child = await startGateway({ dataFile: gatewayFile(directory) });
  const gateway = new GatewayClient({ port: child.port });
  let isClosing = false;
  void child.ended.then(({ exitCode, signal }) => {
    if (!isClosing) onGatewayLost?.(signal ?? `exit code ${exitCode}`);
  });
  const closeGateway = async (): Promise<void> => {
    isClosing = true;
    gateway.close();
    await child.stop();
  };
  try {
    const app = await run(contexts, {
      store: sqlite(directory),
      dependencies: { gateway },
      ...(logger && { logger }),
    });
    const close = async (): Promise<void> => {
      try {
        await app.stop();
      } finally {
        await closeGateway();
      }
    };
    return { app, gateway, close };
  } catch (error) {
    await closeGateway();
    throw error;
  }
}
