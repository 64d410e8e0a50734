/** Asks the shop's API. What it refuses comes out as an error with the problem's own words. */
export async function ask(path, { method = 'POST', body, key } = {}) {
  const isChange = body !== undefined;
  const answer = await fetch(path, {
    method: isChange ? method : 'GET',
    headers: isChange
      ? { 'content-type': 'application/json', 'idempotency-key': key ?? newKey() }
      : {},
    ...(isChange ? { body: JSON.stringify(body) } : {}),
  });
  const told = await answer.json();
  if (answer.ok) return told;
  const details = (told.errors ?? []).map(({ detail }) => detail);
  throw new RefusedError(told, details);
}

/** What the shop refused, in the problem's own words. */
class RefusedError extends Error {
  name = 'RefusedError';

  constructor({ title, detail, code, retryable }, details) {
    super([`${title}:`, ...(details.length > 0 ? details : [detail])].join(' '));
    this.code = code;
    this.retryable = retryable;
  }
}

/** Names one try of a person; the browser may send it more than once. */
export function newKey() {
  return crypto.randomUUID();
}
