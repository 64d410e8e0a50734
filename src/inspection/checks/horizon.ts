import { holderInWords } from '../../log/holder.ts';
import { type CheckupScene, logsThere } from '../checkup-scene.ts';
import { type Found, attention, bad, orGood } from '../finding.ts';

/** A transaction that takes so long was forgotten, or hangs. */
const LONG_MS = 30_000;

/** Who keeps readers from the end of a log, by a transaction that does not end. */
export async function horizonCheck(scene: CheckupScene): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const { name, log } of logsThere(scene)) {
    const diagnosis = await scene.diagnosis(name);
    const heldBy = diagnosis === undefined ? await log.heldBy?.() : diagnosis.heldBy;
    if (heldBy === undefined || heldBy === null) continue;
    const what = `The end of its log is ${holderInWords(heldBy)}: nobody reads beyond position ${heldBy.heldAt}.`;
    const { pid, prepared, heldMs } = heldBy;
    const remedy =
      pid === null
        ? `End it in the database: commit prepared or rollback prepared '${prepared ?? ''}'.`
        : `End that transaction; in the database: select pg_terminate_backend(${pid});`;
    found.push((heldMs > LONG_MS ? bad : attention)(name, what, remedy));
  }
  return orGood(found, 'all logs can be read to their ends');
}
