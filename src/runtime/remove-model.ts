import type { Committer } from '../log/committer.ts';
import type { Log } from '../log/log.ts';

const ROWS_AT_ONCE = 10_000;

/** Removes all there is of a read model: documents, checkpoint, and what waits for it. Idempotent. */
export async function removeModel({ log, committer }: ModelPlace, name: string): Promise<void> {
  await log.dropModel(name, name);
  for (;;) {
    const done = await log.waiting({ subscription: name, limit: ROWS_AT_ONCE });
    if (done.length > 0) await committer.commit({ done });
    if (done.length < ROWS_AT_ONCE) return;
  }
}

/** Where read models stand. */
export interface ModelPlace {
  readonly log: Log;
  readonly committer: Committer;
}
