import type { Committer } from '../log/committer.ts';
import type { Log } from '../log/log.ts';

const ROWS_AT_ONCE = 10_000;
const BEING_REBUILT = ' being rebuilt';

/** What names the documents, the checkpoint and the rows of a read model that is built anew. */
export function buildingOf(model: string): string {
  return `${model}${BEING_REBUILT}`;
}

/** Removes a building: its documents, its checkpoint, and what waits for it. Idempotent. */
export async function clearBuilding({ log, committer }: Place, building: string): Promise<void> {
  await log.dropModel(building, building);
  for (;;) {
    const done = await log.waiting({ subscription: building, limit: ROWS_AT_ONCE });
    if (done.length > 0) await committer.commit({ done });
    if (done.length < ROWS_AT_ONCE) return;
  }
}

/** Removes what buildings left behind that did not come to their end. For a start: none goes on. */
export async function clearCutShort(place: Place): Promise<void> {
  const { log } = place;
  const read = [...(await log.checkpoints()), ...(await log.waitingCounts())];
  const names = new Set([...(await log.models()), ...read.map(({ subscription }) => subscription)]);
  for (const name of names) if (name.endsWith(BEING_REBUILT)) await clearBuilding(place, name);
}

/** Where a building stands. */
interface Place {
  readonly log: Log;
  readonly committer: Committer;
}
