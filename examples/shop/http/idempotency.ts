/**
 * Doing a thing once, however often it is asked for. What a request makes is named after its
 * Idempotency-Key and its body together: the same request again means the same order, and can be
 * told from another request that was given the same key by mistake.
 */
import { createHash } from 'node:crypto';
import { z } from '@hono/zod-openapi';

/** The header of requests that change something. */
export const IdempotencyKey = z.object({
  'idempotency-key': z
    .string()
    .min(1)
    .max(200)
    .optional()
    .openapi({
      description:
        'Any text of your own, such as a UUID, the same for each try of one request. Without it, ' +
        'a request that is sent twice is done twice.',
    }),
});

/** The key as the command's id, apart from the ids that others give. */
export function commandIdOf(key: string): string {
  return `http:${key}`;
}

/** A name such as `W5F2A90C41B7`, always the same for the same parts. */
export function nameOf(letter: string, ...parts: readonly unknown[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return `${letter}${digest.slice(0, 11).toUpperCase()}`;
}
