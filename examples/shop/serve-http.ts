/** Serves the shop's API and page on 127.0.0.1. */
import { once, type EventEmitter } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { serve } from '@hono/node-server';
import { shopApi } from './http/api.ts';
import type { ShopApiOptions } from './http/shop-api-options.ts';

export type Served = { readonly port: number; readonly close: () => Promise<void> };

/** @throws {PortInUseError} when somebody else listens there. */
export async function serveHttp(
  shop: Pick<ShopApiOptions, 'app' | 'gateway' | 'watched'>,
  port: number,
): Promise<Served> {
  const { fetch } = shopApi({ ...shop, newId: randomUUID });
  const server = serve({ fetch, port, hostname: '127.0.0.1' });
  await listening(server, port);
  const close = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    // A page that is being watched holds its connection open for ever.
    if ('closeAllConnections' in server)
      setTimeout(() => server.closeAllConnections(), 500).unref();
    if ('closeIdleConnections' in server) server.closeIdleConnections();
    await closed;
  };
  return { port: (server.address() as AddressInfo).port, close };
}

/**
 * For who wants to know before the shop is opened; somebody else may still be faster than we are.
 *
 * @throws {PortInUseError} when somebody else listens there.
 */
export async function assertPortFree(port: number): Promise<void> {
  const probe = createServer().listen(port, '127.0.0.1');
  await listening(probe, port);
  probe.close();
  await once(probe, 'close');
}

async function listening(
  server: EventEmitter & { listening: boolean },
  port: number,
): Promise<void> {
  try {
    if (!server.listening) await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw new PortInUseError(port);
    throw error;
  }
}

export class PortInUseError extends Error {
  override readonly name = 'PortInUseError';
  readonly code = 'port-in-use';
  readonly retryable = false;
  readonly port: number;

  constructor(port: number) {
    super(`Port ${port} is in use. End what listens there, or choose another with --port N.`);
    this.port = port;
  }
}
