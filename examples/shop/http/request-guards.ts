/** What is looked at before a body is read: its size and its media type. */
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { RequestProblemError } from './problem.ts';

const BODY_BYTES_MAX = 64 * 1024;

/** A body that says it is too large, or turns out to be, is not read to its end. */
export const limitBody: MiddlewareHandler = bodyLimit({
  maxSize: BODY_BYTES_MAX,
  onError: () => {
    throw new RequestProblemError(
      'body-too-large',
      `A body has at most ${BODY_BYTES_MAX} bytes. Send an order in several.`,
    );
  },
});

export const requireJson: MiddlewareHandler = async (context, next) => {
  const type = context.req.header('content-type') ?? '';
  const hasBody = ['POST', 'PUT'].includes(context.req.method) && context.req.raw.body !== null;
  if (hasBody && !/^application\/json\s*(;|$)/i.test(type)) {
    throw new RequestProblemError(
      'media-type-not-supported',
      `The body is ${type === '' ? 'of no stated media type' : `"${type}"`}; send ` +
        `application/json, and say so in content-type.`,
    );
  }
  await next();
};
