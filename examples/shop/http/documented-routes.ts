/** Where routes are gathered: what does not fit their schemas is refused with all that is wrong. */
import { OpenAPIHono } from '@hono/zod-openapi';
import { RequestProblemError } from './problem.ts';

export function documentedRoutes(): OpenAPIHono {
  return new OpenAPIHono({
    defaultHook: (result) => {
      if (result.success) return;
      const errors = result.error.issues.map(({ path, message }) => ({
        at: path.join('.'),
        detail: message,
      }));
      throw new RequestProblemError(
        'request-not-valid',
        `The ${result.target === 'json' ? 'body' : result.target} is not as documented; see ` +
          `errors, and /openapi.json.`,
        errors,
      );
    },
  });
}
