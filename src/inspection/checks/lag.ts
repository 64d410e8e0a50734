import type { CheckupScene } from '../checkup-scene.ts';
import { type Found, attention, bad, good, orGood } from '../finding.ts';
import type { Failing } from '../failing.ts';
import { failingText } from '../failing-text.ts';
import type { Lag } from '../lag.ts';
import type { ReaderLag } from '../reader-lag.ts';
import { isRelayed } from '../../backbone/is-relayed.ts';
import { resumeCommand } from '../why-next-step.ts';

/** What fails for so long is not over with the next try. */
const LASTING_MS = 10_000;

const FAILING_REMEDY =
  'Mend the cause: it is tried again by itself. See docs/errors.md for how long, and what is parked then.';

/** Whether anybody is late, or listed and has never run. */
export async function lagCheck(scene: CheckupScene): Promise<readonly Found[]> {
  const lag = await scene.lag();
  // Where nothing was ever written nothing is late.
  const there = new Set(lag.contexts.filter(({ isThere }) => isThere).map((each) => each.context));
  const readers = lag.readers.filter(({ kind, context }) => kind !== 'relay' && there.has(context));
  const found: Found[] = [];
  for (const reader of readers) {
    const { context, name, state, level, paused, failing } = reader;
    if (state === 'not-started' && (reader.behind ?? 1) > 0)
      found.push(
        attention(
          context,
          `${JSON.stringify(name)} has not started yet.`,
          startRemedy(lag, context),
        ),
      );
    else if (paused !== null) {
      const late = level === 'bad' ? ` It is late: ${behindText(reader)}.` : '';
      const what = `${JSON.stringify(name)} is paused, by ${paused.who} since ${paused.since}, because: ${paused.why}.${late}`;
      const remedy = `Let it go on when the cause is over: ${resumeCommand(context, name)}`;
      found.push((level === 'bad' ? bad : attention)(context, what, remedy));
    } else if (failing !== null && isLasting(scene, failing)) {
      const late = level === 'bad' ? `is late: ${behindText(reader)}. It fails` : 'fails';
      const what = `${JSON.stringify(name)} ${late}: ${failingText(failing)}.`;
      found.push((level === 'bad' ? bad : attention)(context, what, FAILING_REMEDY));
    } else if (level === 'bad' && state !== 'restored')
      found.push(
        bad(
          context,
          `${JSON.stringify(name)} is late: ${behindText(reader)}.`,
          lateRemedy(lag, context),
        ),
      );
  }
  const behind = readers.reduce((sum, reader) => sum + (reader.behind ?? 0), 0);
  return orGood(found, behind === 0 ? 'nothing is behind' : `${behind} behind, and nobody is late`);
}

/** Whether what was published is handed over. */
export async function outboxCheck(scene: CheckupScene): Promise<readonly Found[]> {
  const { contexts, backbone } = scene.config;
  if (!contexts.some(({ name }) => isRelayed(backbone, name)))
    return [good('nothing waits in an outbox: consumers read the logs themselves')];
  const { readers } = await scene.lag();
  const stuck = readers.filter(({ kind, level }) => kind === 'relay' && level === 'bad');
  const found = stuck.map((reader) => {
    const what = `What it has published waits in its outbox: ${behindText(reader)}.`;
    const remedy = `Look whether the backbone can be reached, and whether it runs: thereupon lag --context ${reader.context}`;
    return bad(reader.context, what, remedy);
  });
  return orGood(found, 'what was published is handed over');
}

/** What waits for a person. */
export async function parkedCheck(scene: CheckupScene): Promise<readonly Found[]> {
  const { readers } = await scene.lag();
  const found = readers.flatMap(({ context, name, waiting }) => {
    const { parked = 0, held = 0 } = waiting;
    if (parked === 0) return [];
    const what = `${parked} parked under ${JSON.stringify(name)}, ${held} held behind them.`;
    return [attention(context, what, `thereupon parked list --context ${context}`)];
  });
  return orGood(found, 'nothing is parked');
}

/** What waits for somebody who is not listed any more: nobody will ever do it. */
export async function leftoversCheck(scene: CheckupScene): Promise<readonly Found[]> {
  const { readers } = await scene.lag();
  const found = readers.flatMap(({ context, name, state, waiting }) => {
    const rows = Object.values(waiting).reduce((sum, count) => sum + count, 0);
    if (state !== 'not-listed' || rows === 0) return [];
    const what = `${rows === 1 ? '1 row waits' : `${rows} rows wait`} for ${JSON.stringify(name)}, which is not in the configuration any more.`;
    const remedy = 'List it again under that name; or discard what is parked: app.discard(…).';
    return [attention(context, what, remedy)];
  });
  return orGood(found, 'nothing waits for what is not listed any more');
}

/** What is over with the next try is nothing to look after. */
function isLasting({ clock }: CheckupScene, { since }: Failing): boolean {
  return clock.now() - Date.parse(since) >= LASTING_MS;
}

function behindText({ behind, isMore, oldestAgeMs, kind }: ReaderLag): string {
  const age = oldestAgeMs === null ? '' : `, the oldest for ${Math.round(oldestAgeMs / 1_000)} s`;
  const what = kind === 'timers' ? 'overdue' : 'behind';
  return `${behind}${isMore ? ' or more' : ''} ${what}${age}`;
}

function isRun({ contexts }: Lag, context: string): boolean {
  const of = contexts.find((each) => each.context === context);
  return of?.running.processes?.length !== 0;
}

function lateRemedy(lag: Lag, context: string): string {
  const look = `thereupon lag --context ${context}`;
  return isRun(lag, context)
    ? `${look} says where it stands; thereupon why ID says it of one record.`
    : `Start it; then ${look}`;
}

function startRemedy(lag: Lag, context: string): string {
  return isRun(lag, context)
    ? 'Start the release that has it.'
    : `Start it; then thereupon lag --context ${context}`;
}
