/**
 * What went wrong, told over HTTP as RFC 9457 says: `application/problem+json`. An error whose code
 * is none of `problem-kinds.ts` is our own fault: 500 "unexpected", and no word of it gets out.
 */
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { HTTPException } from 'hono/http-exception';
import { z } from '@hono/zod-openapi';
import { codesOf, isProblemCode, problemKinds, type ProblemCode } from './problem-kinds.ts';

const Problem = z.object({
  type: z.string().openapi({
    description: 'Names the kind of problem: `urn:thereupon-shop:problem:` and its code.',
    example: 'urn:thereupon-shop:problem:order-unknown',
  }),
  title: z.string().openapi({ example: 'There is no such order' }),
  status: z.int().min(400).max(599),
  detail: z.string().openapi({ description: 'What happened here, and what to do next.' }),
  code: z.string(),
  retryable: z.boolean().openapi({ description: 'Whether the same request may work later.' }),
  errors: z
    .array(z.object({ at: z.string(), detail: z.string() }))
    .optional()
    .openapi({ description: 'What is wrong with the request, place by place.' }),
});

/** A problem of one status as the document describes it, with each code that it may have. */
export function problemSchema(status: number): z.ZodType {
  const codes = codesOf(status);
  const titles = codes.map((each) => `- \`${each}\`: ${problemKinds[each].title}.`);
  return Problem.extend({
    status: z.literal(status),
    code: z.enum(codes).openapi({
      description: ['Stable; made for programs.', '', ...titles].join('\n'),
    }),
  }).openapi(`Problem${status}`);
}

type ProblemDetails = z.infer<typeof Problem>;
type FieldErrors = NonNullable<ProblemDetails['errors']>;

/** Something the API itself refuses, before any model is asked. */
export class RequestProblemError extends Error {
  override readonly name = 'RequestProblemError';
  readonly code: ProblemCode;
  readonly retryable = false;
  readonly errors: FieldErrors | undefined;

  constructor(code: ProblemCode, detail: string, errors?: FieldErrors) {
    super(detail);
    this.code = code;
    this.errors = errors;
  }
}

/** Any error as a problem: known ones with their words, others without. */
export function problemOf(error: unknown): ProblemDetails {
  const { code, message, retryable } = facts(error);
  const { title, status } = problemKinds[code];
  const errors = error instanceof RequestProblemError ? error.errors : undefined;
  return {
    type: `urn:thereupon-shop:problem:${code}`,
    title,
    status,
    detail: message,
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

type Facts = { readonly code: ProblemCode; readonly message: string; readonly retryable: boolean };

function facts(error: unknown): Facts {
  // Hono's own word for a body that it could not parse.
  if (error instanceof HTTPException && error.status === 400) {
    return { code: 'body-not-json', message: error.message, retryable: false };
  }
  if (error instanceof Error && 'code' in error && isProblemCode(error.code)) {
    const { code, message } = error;
    return { code, message, retryable: 'retryable' in error && error.retryable === true };
  }
  return {
    code: 'unexpected',
    message: 'The log of the shop says what it was. The same request may be sent again.',
    retryable: false,
  };
}
