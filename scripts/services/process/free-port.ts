import { createServer } from 'node:net';

/**
 * A port on the loopback address that nobody listens on: the one that is wanted, if that is free.
 *
 * Not one of those that the kernel hands out by itself: while the server is down, a client that
 * knocks on such a port may be given it as its own and talk to itself, and the server finds it taken.
 */
export async function freePort(wanted?: number): Promise<number> {
  if (wanted !== undefined && (await isFree(wanted))) return wanted;
  for (let attempt = 1; attempt <= 50; attempt += 1) {
    const port = 15_000 + Math.floor(Math.random() * 15_000);
    if (await isFree(port)) return port;
  }
  throw new Error('None of 50 ports between 15000 and 30000 is free on 127.0.0.1.');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1' }, () => probe.close(() => resolve(true)));
  });
}
