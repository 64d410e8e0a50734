import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import { type ClientAddress, createRequestListener } from '@remix-run/node-fetch-server';
import { failureAnswer } from './answers.ts';
import { ConsoleOptionError, type ConsoleOptions } from './console-options.ts';
import { type ConsoleSubject, consoleFor } from './console.ts';
import { isLoopback } from './peer-address.ts';

/** The port that a console is looked for at. */
export const CONSOLE_PORT = 4680;

/**
 * Where a console is served by itself.
 *
 * @example
 * const options: ServeConsoleOptions = { port: 8080 };
 */
export interface ServeConsoleOptions extends ConsoleOptions {
  /** Default 4680; 0 for any that is free. */
  readonly port?: number;
  /** Default 127.0.0.1. Another one than this machine's own needs `tokens` or `authenticate`. */
  readonly hostname?: string;
}

/**
 * A console that is served.
 *
 * @example
 * const served: ServedConsole = await serveConsole(app);
 */
export interface ServedConsole {
  /** Where a browser finds it. */
  readonly url: string;
  readonly port: number;
  /** Ends it, with all that is being watched. */
  readonly close: () => Promise<void>;
}

/**
 * Serves the console of an application, or of its store alone, on a port of its own. It is bound to this
 * machine unless told otherwise.
 *
 * @throws {ConsoleOptionError} when it would be open to others without tokens or authenticate.
 * @throws {ConsolePortError} when it cannot listen there.
 * @example
 * const { url, close } = await serveConsole(app);
 */
export async function serveConsole(
  of: ConsoleSubject,
  options: ServeConsoleOptions = {},
): Promise<ServedConsole> {
  const { port = CONSOLE_PORT, hostname = '127.0.0.1', ...rest } = options;
  const isProtected = rest.tokens !== undefined || rest.authenticate !== undefined;
  if (!isLoopback(hostname) && !isProtected)
    throw new ConsoleOptionError(
      'hostname',
      `The console would be open to whoever reaches ${JSON.stringify(hostname)}. Give it tokens or ` +
        'authenticate, or leave it at 127.0.0.1.',
    );
  const handler = consoleFor(of, rest);
  const server = createServer(
    createRequestListener(
      (request: Request, client: ClientAddress) => {
        const { pathname } = new URL(request.url);
        const path = rest.path ?? '/console';
        if (pathname === '/' && path !== '/')
          return new Response(null, { status: 302, headers: { location: `${path}/` } });
        return handler(request, client);
      },
      // What the handler is never given: a request that fetch has no words for.
      { onError: () => failureAnswer(400, 'asked-wrongly', 'That is no request for a console.') },
    ),
  );
  await listening(server, { port, hostname });
  const bound = (server.address() as AddressInfo).port;
  const close = async (): Promise<void> => {
    handler.close();
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return {
    url: `http://${nameInUrl(hostname)}:${bound}${rest.path ?? '/console'}`,
    port: bound,
    close,
  };
}

function nameInUrl(hostname: string): string {
  if (isLoopback(hostname)) return 'localhost';
  return isIPv6(hostname) ? `[${hostname}]` : hostname;
}

async function listening(
  server: Server,
  { port, hostname }: { readonly port: number; readonly hostname: string },
): Promise<void> {
  try {
    server.listen(port, hostname);
    await once(server, 'listening');
  } catch (error) {
    throw new ConsolePortError(port, hostname, error as NodeJS.ErrnoException);
  }
}

/** The console cannot listen where it was told to. */
export class ConsolePortError extends Error {
  override readonly name = 'ConsolePortError';
  readonly code = 'console-port';
  readonly retryable = false;
  readonly port: number;
  readonly hostname: string;

  constructor(port: number, hostname: string, cause: NodeJS.ErrnoException) {
    const why = cause.code === 'EADDRINUSE' ? 'somebody listens there already' : cause.message;
    super(
      `The console cannot listen at ${hostname}:${port}: ${why}. Give it another port, or 0 for any ` +
        'that is free.',
      { cause },
    );
    this.port = port;
    this.hostname = hostname;
  }
}
