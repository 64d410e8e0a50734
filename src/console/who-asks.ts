import { createHash, timingSafeEqual } from 'node:crypto';
import { userName } from '../host/user-name.ts';
import type { ConsoleOptions } from './console-options.ts';
import { isLoopback, peerAddress } from './peer-address.ts';
import type { Role, Visitor } from './visitor.ts';

/** The cookie that the console's form sets. It holds a digest of the token, never the token. */
export const COOKIE = 'thereupon-console';

/** Somebody who is let in, or why not. */
export type Asker =
  | { readonly visitor: Visitor }
  | { readonly visitor: undefined; readonly status: 401 | 403; readonly why: string };

/**
 * Who asks. Without tokens or the application's own authentication it is this machine or nobody: where
 * the connection comes from must be known, and a name other than this machine's is refused, so that no
 * page of another site can reach the console under a name of its own (DNS rebinding).
 */
export async function whoAsks(
  request: Request,
  peer: unknown,
  { tokens, authenticate }: ConsoleOptions,
): Promise<Asker> {
  if (authenticate !== undefined) return asTold(request, authenticate);
  if (tokens !== undefined) {
    const role = roleOf(tokens, bearer(request) ?? cookie(request));
    return role === undefined
      ? refused(401, 'The console needs a token.')
      : { visitor: { name: role, role } };
  }
  return fromHere(request, peer);
}

async function asTold(
  request: Request,
  authenticate: NonNullable<ConsoleOptions['authenticate']>,
): Promise<Asker> {
  try {
    const visitor = await authenticate(request);
    return visitor === undefined ? refused(401, 'You are not let in.') : { visitor };
  } catch {
    // Its error may tell of the inside of the application, and nobody knows who would read that.
    return refused(403, 'Who you are could not be found out: authenticate of the console failed.');
  }
}

function fromHere(request: Request, peer: unknown): Asker {
  const address = peerAddress(peer);
  if (address === undefined)
    return refused(
      403,
      'Nobody is let in: without tokens or authenticate the console must know where a connection comes ' +
        'from, and was not told. Give it tokens, or serve it by serveConsole.',
    );
  if (!isLoopback(address) || isForwarded(request))
    return refused(
      403,
      'Only this machine is let in. Give the console tokens, or the authentication of your application ' +
        'by authenticate.',
    );
  const { hostname } = new URL(request.url);
  if (!LOCAL_NAMES.has(hostname))
    return refused(403, `Ask for the console at localhost, not at ${JSON.stringify(hostname)}.`);
  return { visitor: { name: userName(), role: 'operator' } };
}

const LOCAL_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Then the connection is that of a proxy, whoever asks. One that says nothing can't be told from a browser. */
function isForwarded({ headers }: Request): boolean {
  return [...headers.keys()].some((name) => BY_PROXIES.has(name) || name.startsWith('x-forwarded'));
}

const BY_PROXIES: ReadonlySet<string> = new Set([
  'forwarded',
  'via',
  'x-real-ip',
  'x-client-ip',
  'x-original-host',
  'true-client-ip',
  'cf-connecting-ip',
]);

/** As what a token lets in; in constant time, so that nobody finds it character by character. */
export function roleOf(
  tokens: NonNullable<ConsoleOptions['tokens']>,
  digest: string | undefined,
): Role | undefined {
  if (digest === undefined) return undefined;
  const given = Buffer.from(digest);
  return (['operator', 'viewer'] as const).find((role) => {
    const token = tokens[role];
    const known = Buffer.from(token === undefined ? '' : digestOf(token));
    return known.length === given.length && timingSafeEqual(known, given);
  });
}

/** What is kept of a token in a browser, and compared. */
export function digestOf(token: string): string {
  return createHash('sha256').update(`thereupon-console ${token}`).digest('hex');
}

function bearer({ headers }: Request): string | undefined {
  const token = /^Bearer (.+)$/i.exec(headers.get('authorization') ?? '')?.[1];
  return token === undefined ? undefined : digestOf(token);
}

function cookie({ headers }: Request): string | undefined {
  const all = (headers.get('cookie') ?? '').split(/;\s*/);
  return all.find((each) => each.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
}

function refused(status: 401 | 403, why: string): Asker {
  return { visitor: undefined, status, why };
}
