import type { Diagnosis, Runner } from '../../log/diagnosis.ts';
import { areAllSlots } from '../../subscription/assignment.ts';
import { type CheckupScene, logsThere } from '../checkup-scene.ts';
import { type Found, attention, orGood } from '../finding.ts';
import { listedSubscriptions } from '../listed-subscriptions.ts';
import type { OpenLog } from '../open-logs.ts';

/** Who runs the contexts, whether anybody has fallen silent, and whether anything is in nobody's hands. */
export async function runningCheck(scene: CheckupScene): Promise<readonly Found[]> {
  const found: Found[] = [];
  const run: string[] = [];
  const there = logsThere(scene);
  const left: string[] = [];
  for (const open of there) {
    const diagnosis = await scene.diagnosis(open.name);
    if (diagnosis === undefined) return orGood([], 'the store does not tell who runs a context');
    const alive = diagnosis.runners.filter(({ isAlive }) => isAlive);
    found.push(...silent(open.name, diagnosis), ...inNobodysHands(open, diagnosis, alive));
    if (alive.length === 0) left.push(open.name);
    else run.push(`${open.name} by ${alive.map(processText).join(', ')}`);
  }
  if (left.length > 0) found.push(nobody(left, run.length === 0));
  return orGood(found, run.join('; ') || 'there is nothing to run yet');
}

function nobody(contexts: readonly string[], isAll: boolean): Found {
  const what = isAll ? 'the application' : contexts.join(', ');
  const remedy = isAll ? 'Start it.' : 'Start it; look at "only" of run.';
  const [context = null] = contexts.length === 1 && !isAll ? contexts : [];
  return attention(context, `Nobody runs ${what}.`, remedy);
}

function silent(context: string, { runners }: Diagnosis): readonly Found[] {
  return runners
    .filter(({ isAlive }) => !isAlive)
    .map((runner) => {
      const seconds = Math.round((runner.beatAgoMs ?? 0) / 1_000);
      const what = `${processText(runner)} has said nothing for ${seconds} s, and is taken for dead.`;
      return attention(context, what, 'Look whether it stands still or is cut off; if so, end it.');
    });
}

/** While a part goes from one process to another nobody works on it, too: then it is soon over. */
function inNobodysHands(
  { name, context }: OpenLog,
  { isShared }: Diagnosis,
  alive: readonly Runner[],
): readonly Found[] {
  if (!isShared || alive.length === 0) return [];
  const isTaken = (part: string): boolean =>
    areAllSlots(
      alive.flatMap(({ holds }) => {
        const held = holds?.[part];
        return held === undefined ? [] : [{ first: held[0], last: held[1] }];
      }),
    );
  return listedSubscriptions(context)
    .filter((listed) => !isTaken(listed.name))
    .map((listed) =>
      attention(
        name,
        `Nobody works on all of ${JSON.stringify(listed.name)}.`,
        'thereupon lag says on which slots. If it stays so, restart the processes of the context.',
      ),
    );
}

function processText({ pid, host }: Runner): string {
  return `${pid === null ? 'a process' : `process ${pid}`}${host === null ? '' : ` on ${host}`}`;
}
