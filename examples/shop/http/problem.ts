/**
 * What went wrong, told over HTTP as RFC 9457 says: `application/problem+json`.
 *
 * The domain and the core know string codes and no HTTP; which status a code becomes is decided
 * here and nowhere else. A code that is not listed is our own fault: 500, and no word of it but its
 * code gets out.
 */
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { HTTPException } from 'hono/http-exception';
import { z } from '@hono/zod-openapi';

export const Problem = z
  .object({
    type: z.string().openapi({
      description: 'Names the kind of problem: `urn:thereupon-shop:problem:` and its code.',
      example: 'urn:thereupon-shop:problem:order-unknown',
    }),
    title: z.string().openapi({ example: 'There is no such order' }),
    status: z.int().min(400).max(599),
    detail: z.string().openapi({ description: 'What happened here, and what to do next.' }),
    code: z.string().openapi({ description: 'Stable; made for programs.' }),
    retryable: z.boolean().openapi({ description: 'Whether the same request may work later.' }),
    errors: z
      .array(z.object({ at: z.string(), detail: z.string() }))
      .optional()
      .openapi({ description: 'What is wrong with the request, place by place.' }),
  })
  .openapi('Problem');

type ProblemDetails = z.infer<typeof Problem>;
type FieldErrors = NonNullable<ProblemDetails['errors']>;

/** Something the API itself refuses, before any model is asked. */
export class RequestProblemError extends Error {
  override readonly name = 'RequestProblemError';
  readonly code: string;
  readonly retryable = false;
  readonly errors: FieldErrors | undefined;

  constructor(code: keyof typeof kinds, detail: string, errors?: FieldErrors) {
    super(detail);
    this.code = code;
    this.errors = errors;
  }
}

type Kind = { readonly status: ContentfulStatusCode; readonly title: string };

const kinds = {
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
  stopped: { status: 503, title: 'The shop is closing' },
  'gateway-unreachable': { status: 503, title: 'The payment gateway cannot be reached' },
  'gateway-timed-out': { status: 503, title: 'The payment gateway cannot be reached' },
  'gateway-answer-lost': { status: 503, title: 'The payment gateway cannot be reached' },
  'gateway-failed': { status: 503, title: 'The payment gateway cannot be reached' },
  'log-closed': { status: 503, title: 'The shop is closing' },
} as const satisfies Record<string, Kind>;

const ownFault: Kind = { status: 500, title: 'Something is wrong on our side' };

/** Any error as a problem: known ones with their words, others without. */
export function problemOf(error: unknown): ProblemDetails {
  const { code, message, retryable } = facts(error);
  const kind = Object.hasOwn(kinds, code) ? kinds[code as keyof typeof kinds] : ownFault;
  const errors = error instanceof RequestProblemError ? error.errors : undefined;
  return {
    type: `urn:thereupon-shop:problem:${code}`,
    title: kind.title,
    status: kind.status,
    detail: kind === ownFault ? 'Look into the log of the shop; the order may try again.' : message,
    code,
    retryable,
    ...(errors === undefined ? {} : { errors }),
  };
}

/** The answer to a request that failed. */
export function answerProblem(context: Context, error: unknown): Response {
  const problem = problemOf(error);
  const headers = { 'content-type': 'application/problem+json' };
  return context.body(JSON.stringify(problem), problem.status as ContentfulStatusCode, headers);
}

function facts(error: unknown): { code: string; message: string; retryable: boolean } {
  // Hono's own word for a body that it could not parse.
  if (error instanceof HTTPException && error.status === 400) {
    return { code: 'body-not-json', message: error.message, retryable: false };
  }
  if (!(error instanceof Error)) return { code: 'unexpected', message: '', retryable: false };
  const { code, retryable } = error as { code?: unknown; retryable?: unknown };
  return {
    code: typeof code === 'string' ? code : 'unexpected',
    message: error.message,
    retryable: retryable === true,
  };
}
