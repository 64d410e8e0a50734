import type { Envelope } from './backbone.ts';

/**
 * Hands messages over one at a time of each key, keys side by side: one that fails lets none of its key
 * pass it. Ends when nothing is under way any more, with why one of them failed; null when none did.
 */
export async function handOverByKey(
  messages: readonly Envelope[],
  hand: (message: Envelope) => Promise<void>,
): Promise<{ readonly reason: unknown } | null> {
  const byKey = Map.groupBy(messages, ({ key }) => key);
  const results = await Promise.allSettled(
    Array.from(byKey.values(), async (ofKey) => {
      for (const message of ofKey) await hand(message);
    }),
  );
  return results.find((result) => result.status === 'rejected') ?? null;
}
