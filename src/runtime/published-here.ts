import type { PublishedLog, Store } from '../log/store.ts';
import type { RunningContext } from './running-context.ts';

/**
 * What a context that runs in this very process has published, taken from what its tail reader
 * holds in memory: a message then reaches its consumers without one query. Whoever is further
 * behind reads the log.
 */
export async function publishedHere(running: RunningContext, store: Store): Promise<PublishedLog> {
  const stored = await store.published(running.name);
  return {
    ...(stored.predecessors === undefined
      ? {}
      : { predecessors: () => stored.predecessors?.() ?? Promise.resolve([]) }),
    epoch: () => Promise.resolve(running.log.epoch),
    head: () => Promise.resolve(running.tail.head),
    async read({ after, types, limit }) {
      const kept = running.tail.since(after);
      if (kept === undefined)
        return running.log.read({ after, types, limit, directions: ['outgoing'] });
      return kept
        .map((entry) => entry.stored)
        .filter((record) => record.direction === 'outgoing' && types.includes(record.type))
        .slice(0, limit);
    },
    onChange: (listener) => running.tail.onMove(listener),
    close: () => stored.close(),
  };
}
