/**
 * The problems that the API tells of, by their code, which is stable and made for programs: the
 * status that each comes with, and its title for people. The OpenAPI document lists all of them.
 *
 * The domain and the core know string codes and no HTTP; which status a code becomes is decided
 * here and nowhere else.
 */
import type { ContentfulStatusCode } from 'hono/utils/http-status';

type ProblemKind = { readonly status: ContentfulStatusCode; readonly title: string };

export const problemKinds = {
  // The request itself.
  'body-not-json': { status: 400, title: 'The body is no JSON' },
  'request-not-valid': { status: 400, title: 'The request is not as documented' },
  'invalid-token': { status: 400, title: 'The token is none of ours' },
  'token-out-of-reach': { status: 400, title: 'The token is of a place that this cannot tell of' },
  'invalid-command-id': { status: 400, title: 'The Idempotency-Key is empty or too long' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'payload-too-large': { status: 413, title: 'The body is too large' },
  'media-type-not-supported': { status: 415, title: 'The body is of another media type' },
  // What it speaks of.
  'no-such-path': { status: 404, title: 'There is nothing at this address' },
  'order-unknown': { status: 404, title: 'There is no such order' },
  'product-unknown': { status: 404, title: 'There is no such product' },
  'return-unknown': { status: 404, title: 'There is no such return' },
  // What the models refuse.
  'command-id-reused': { status: 422, title: 'The Idempotency-Key was used for another request' },
  'product-not-sold': { status: 422, title: 'A product of the order is not sold here' },
  'order-worth-nothing': { status: 422, title: 'The order is worth nothing' },
  'number-not-valid': { status: 422, title: 'A number cannot be used here' },
  'return-empty': { status: 422, title: 'The return is empty' },
  'more-than-bought': { status: 409, title: 'More comes back than was bought' },
  'order-placed-differently': { status: 409, title: 'The order was placed with other words' },
  'order-not-confirmed': { status: 409, title: 'The order is not confirmed yet' },
  'order-already-confirmed': { status: 409, title: 'The order is confirmed already' },
  'order-already-shipped': { status: 409, title: 'The order has been shipped' },
  'order-cancelled': { status: 409, title: 'The order is cancelled' },
  'order-goods-returned': { status: 409, title: 'Goods of the order came back already' },
  'return-applied-before': { status: 409, title: 'The goods came back before' },
  'return-requested-differently': { status: 409, title: 'The return was requested otherwise' },
  // What may be better in a moment.
  'version-conflict': { status: 409, title: 'Somebody else was faster' },
  'stale-read': { status: 503, title: 'What you wrote is not readable yet' },
  'held-read': { status: 503, title: 'What you wrote waits for a person' },
  'backbone-unavailable': { status: 503, title: 'The shop is busy' },
  'store-busy': { status: 503, title: 'The shop is busy' },
  'store-full': { status: 503, title: 'The shop cannot take more at the moment' },
  'too-many-calls': { status: 503, title: 'The shop is busy' },
  'process-lost': { status: 503, title: 'The shop is busy' },
  'store-unreachable': { status: 503, title: 'The shop is busy' },
  stopped: { status: 503, title: 'The shop is closing' },
  'gateway-unreachable': { status: 503, title: 'The payment gateway cannot be reached' },
  'gateway-timed-out': { status: 503, title: 'The payment gateway cannot be reached' },
  'gateway-answer-lost': { status: 503, title: 'The payment gateway cannot be reached' },
  'gateway-failed': { status: 503, title: 'The payment gateway cannot be reached' },
  'log-closed': { status: 503, title: 'The shop is closing' },
  // What we got wrong ourselves, whatever it was.
  unexpected: { status: 500, title: 'Something is wrong on our side' },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof problemKinds;

/** The codes that come with a status. */
export function codesOf(status: number): ProblemCode[] {
  const codes = Object.keys(problemKinds) as ProblemCode[];
  return codes.filter((code) => problemKinds[code].status === status);
}

export function isProblemCode(code: unknown): code is ProblemCode {
  return typeof code === 'string' && Object.hasOwn(problemKinds, code);
}
