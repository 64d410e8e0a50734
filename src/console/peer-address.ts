/**
 * The address that a connection comes from, as the server around the console tells it in a second
 * argument: `{ address }` (node-fetch-server), `{ incoming }` (Hono on Node), or a socket's own
 * `{ remoteAddress }`. Undefined when it tells nothing.
 */
export function peerAddress(peer: unknown): string | undefined {
  const told = peer as Peer | null | undefined;
  return told?.address ?? told?.remoteAddress ?? told?.incoming?.socket?.remoteAddress;
}

interface Peer {
  readonly address?: string;
  readonly remoteAddress?: string;
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } };
}

/** Whether an address, or the name of one, is this machine's own. */
export function isLoopback(address: string): boolean {
  return (
    address === 'localhost' || address === '::1' || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(address)
  );
}
