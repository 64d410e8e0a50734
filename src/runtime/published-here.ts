import { charactersOf, firstPage } from '../log/page.ts';
import type { PublishedLog, Store } from '../log/store.ts';
import type { RunningContext } from './running-context.ts';

/**
 * What a context that runs in this very process has published, taken from what its tail reader
 * holds in memory: a message then reaches its consumers without one query. Whoever is further
 * behind reads the log.
 */
export async function publishedHere(running: RunningContext, store: Store): Promise<PublishedLog> {
  const stored = await store.published(running.name);
  const mayDrop = stored.dropped !== undefined;
  return {
    ...(mayDrop ? { dropped: () => stored.dropped?.() ?? Promise.resolve([]) } : {}),
    ...(stored.predecessors === undefined
      ? {}
      : { predecessors: () => stored.predecessors?.() ?? Promise.resolve([]) }),
    epoch: () => Promise.resolve(running.log.epoch),
    head: () => headOf(running),
    async read(query) {
      const kept = running.tail.since(query.after);
      // Where messages may have been dropped, only what was published itself says so.
      if (kept === undefined && mayDrop) return stored.read(query);
      if (kept === undefined) return running.log.read({ ...query, directions: ['outgoing'] });
      const wanted = kept
        .map((entry) => entry.stored)
        .filter(({ direction, type }) => direction === 'outgoing' && query.types.includes(type));
      return firstPage(wanted, query, charactersOf);
    },
    onChange: (listener) => running.tail.onMove(listener),
    close: () => stored.close(),
  };
}

/**
 * How far can be read here. Another process may have taken from further on than was heard of here
 * before it left that to this one: unread, it would look like a log that has lost its end.
 */
async function headOf({ log, tail, isShared }: RunningContext): Promise<number> {
  if (isShared && tail.head < (await log.head())) await tail.look();
  return tail.head;
}
