/** The problems that a route documents, each status with its codes. */
import type { z } from '@hono/zod-openapi';
import { problemSchema } from './problem.ts';

const says = {
  400: 'The request is not as documented',
  404: 'There is no such thing',
  409: 'Not possible in the state it is in',
  413: 'The body is too large',
  415: 'The body is not application/json',
  422: 'Understood, and refused',
  500: 'Something is wrong on our side',
  503: 'Not now; the same request may work in a moment',
} as const;

type Status = keyof typeof says;
const schemas = Object.fromEntries(
  Object.keys(says).map((status) => [status, problemSchema(Number(status))]),
) as Record<Status, z.ZodType>;

type Answer = {
  readonly description: string;
  readonly content: { readonly 'application/problem+json': { readonly schema: z.ZodType } };
};

export function problemAnswers<const S extends Status>(
  ...statuses: readonly S[]
): Record<S, Answer> {
  const answers = statuses.map((status) => {
    const content = { 'application/problem+json': { schema: schemas[status] } };
    return [status, { description: says[status], content }];
  });
  return Object.fromEntries(answers) as Record<S, Answer>;
}

/** What can happen to any request. */
export const always = problemAnswers(400, 500, 503);
/** And to any request with a body. */
export const alwaysWithBody = problemAnswers(400, 413, 415, 500, 503);
