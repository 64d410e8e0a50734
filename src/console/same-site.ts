/** A page of another site cannot set this header without being asked for leave first, and gets none. */
export const OWN_HEADER = 'x-thereupon-console';

/**
 * Why a request that changes something is not the page's own; undefined when it is. A browser says
 * where a request comes from; a program beside it says the header, which no form of another site can.
 */
export function notOwn(request: Request): string | undefined {
  const { headers } = request;
  const site = headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin' && site !== 'none')
    return 'The request comes from another site.';
  const origin = headers.get('origin');
  if (origin !== null && !isSameHost(origin, request))
    return 'The request comes from another site.';
  if (!headers.has(OWN_HEADER)) return `The request lacks the header ${OWN_HEADER}: 1.`;
  if (!(headers.get('content-type') ?? '').startsWith('application/json'))
    return 'The request is not of type application/json.';
  return undefined;
}

/** By the host alone: behind a proxy the scheme may be another one. */
function isSameHost(origin: string, request: Request): boolean {
  const host = request.headers.get('host') ?? new URL(request.url).host;
  return URL.parse(origin)?.host === host;
}
