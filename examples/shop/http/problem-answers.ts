/** The problems that a route documents, each status with the same schema. */
import type { z } from '@hono/zod-openapi';
import { Problem } from './problem.ts';

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
type Answer = {
  readonly description: string;
  readonly content: { readonly 'application/problem+json': { readonly schema: z.ZodType } };
};

export function problemAnswers<const S extends Status>(
  ...statuses: readonly S[]
): Record<S, Answer> {
  const content = { 'application/problem+json': { schema: Problem } };
  const answers = statuses.map((status) => [status, { description: says[status], content }]);
  return Object.fromEntries(answers) as Record<S, Answer>;
}

/** What can happen to any request. */
export const always = problemAnswers(400, 500, 503);
/** And to any request with a body. */
export const alwaysWithBody = problemAnswers(400, 413, 415, 500, 503);
