import { NatsOptionError } from './nats-option-error.ts';

/** What the client is told: it takes addresses without credentials, and those beside them. */
export interface ConnectTo {
  readonly servers?: readonly string[];
  readonly user?: string;
  readonly pass?: string;
  readonly token?: string;
}

/** Scheme, credentials, the rest; a password may well have an `@`. */
const ADDRESS = /^([a-z][a-z\d+.-]*:\/\/)?(?:(.*)@)?([^@]*)$/i;

/** Where the client takes credentials; they are in one place only, so that it is clear which hold. */
const BESIDE = ['user', 'pass', 'token', 'authenticator'];

/**
 * Takes credentials out of addresses: `nats://user:password@host`, or `nats://token@host`. They are escaped as in
 * any URL.
 *
 * @throws {NatsOptionError} when it is not clear which ones hold: the client has one for all servers.
 */
export function connectTo(options: {
  readonly servers?: string | readonly string[];
  readonly [option: string]: unknown;
}): ConnectTo {
  const { servers } = options;
  if (servers === undefined) return {};
  const parts = [servers].flat().map((address) => ADDRESS.exec(address) ?? ['', '', '', address]);
  const bare = parts.map(([, scheme = '', , host = '']) => scheme + host);
  const given = new Set(parts.flatMap(([, , credentials = '']) => credentials || []));
  const beside = BESIDE.find((option) => options[option] !== undefined);
  if (given.size > 0 && beside !== undefined) throw unclear(`and "${beside}" is given beside it`);
  if (given.size > 1) throw unclear('which are not the same for all servers');
  return { servers: bare, ...read([...given][0]) };
}

function unclear(why: string): NatsOptionError {
  const problem = `has addresses with credentials, ${why}. Give one user and password, or one token, in one place.`;
  return new NatsOptionError('servers', problem);
}

function read(credentials: string | undefined): Omit<ConnectTo, 'servers'> {
  if (credentials === undefined) return {};
  const colon = credentials.indexOf(':');
  if (colon === -1) return { token: unescaped(credentials) };
  const user = unescaped(credentials.slice(0, colon));
  return { user, pass: unescaped(credentials.slice(colon + 1)) };
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign that escapes nothing.
    return text;
  }
}
